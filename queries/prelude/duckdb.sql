-- What the reference definitions call, for DuckDB. Another engine needs only this file anew.
CREATE OR REPLACE MACRO hours_between(a, b) AS (epoch_us(b) - epoch_us(a)) / 3600000000.0;
