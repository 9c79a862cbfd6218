//! The colours of pictures: one role each, in both schemes.
//!
//! Shapes stand out from the ground by 3 : 1 at least, and neighbours have a line of the ground between them; words by 4.5 : 1. The
//! tests below hold that.

use std::fmt::Write as _;

/// One colour of the palette: the same role in both schemes.
pub(super) struct Colour {
    /// On white.
    pub(super) light: (u8, u8, u8),
    /// On near black.
    pub(super) dark: (u8, u8, u8),
}

const fn colour(light: u32, dark: u32) -> Colour {
    const fn parts(hex: u32) -> (u8, u8, u8) {
        let [_, red, green, blue] = hex.to_be_bytes();
        (red, green, blue)
    }
    Colour {
        light: parts(light),
        dark: parts(dark),
    }
}

/// What speaks for a bucket: the median, a state.
pub(super) const STRONG: Colour = colour(0x17_3A_7A, 0xE3_EC_FF);
/// Lines and bars.
pub(super) const LINE: Colour = colour(0x25_5F_C9, 0x82_AE_FF);
/// Rows, and what stands behind a line.
pub(super) const QUIET: Colour = colour(0x76_90_C8, 0x61_7D_BB);
/// The inside of a band; its edge is a line of its own.
pub(super) const BAND: Colour = colour(0xDC_E7_FB, 0x22_31_50);
pub(super) const GRID: Colour = colour(0xE4_E7_EC, 0x2B_32_3D);
pub(super) const AXIS: Colour = colour(0x86_8F_9C, 0x7A_85_94);
/// Numbers of rows; a part without anybody's turn.
pub(super) const STRIP: Colour = colour(0x8A_93_A0, 0x75_80_90);
pub(super) const WORDS: Colour = colour(0x59_63_73, 0x9C_A7_B7);
pub(super) const INK: Colour = colour(0x1A_22_2E, 0xE8_EC_F2);
pub(super) const PAPER: Colour = colour(0xFF_FF_FF, 0x17_1C_24);
/// Words on a light shape, in both schemes.
pub(super) const ON_LIGHT: Colour = colour(0x14_1B_26, 0x0A_0E_14);
pub(super) const AMBER: Colour = colour(0xC7_7A_12, 0xE5_A9_4F);
pub(super) const VIOLET: Colour = colour(0x7F_53_A6, 0xB9_93_DC);
/// A machine at work.
pub(super) const MOSS: Colour = colour(0x34_4F_14, 0xC9_E2_8F);
pub(super) const TEAL: Colour = colour(0x25_7A_73, 0x5C_C1_B7);
/// Nobody knows it.
pub(super) const RUST: Colour = colour(0x7A_24_18, 0xE8_7A_66);

const PALETTE: [&Colour; 21] = [
    &HEAT_1, &HEAT_2, &HEAT_3, &HEAT_4, &HEAT_5, &STRONG, &LINE, &QUIET, &BAND, &GRID, &AXIS,
    &STRIP, &WORDS, &INK, &PAPER, &ON_LIGHT, &AMBER, &VIOLET, &TEAL, &RUST, &MOSS,
];

const HEAT_1: Colour = colour(0xF8_EC_D9, 0x2A_23_18);
const HEAT_2: Colour = colour(0xEB_C8_94, 0x48_36_1A);
const HEAT_3: Colour = colour(0xCB_92_48, 0x78_54_20);
const HEAT_4: Colour = colour(0x96_5B_1B, 0xBA_85_37);
const HEAT_5: Colour = colour(0x66_36_0B, 0xF0_C2_7A);

/// The steps of a share, and the colour of words on each. A frame sets a cell apart from the ground.
pub(super) const HEAT: [(&Colour, &Colour); 5] = [
    (&HEAT_1, &INK),
    (&HEAT_2, &INK),
    (&HEAT_3, &INK),
    (&HEAT_4, &PAPER),
    (&HEAT_5, &PAPER),
];

/// The parts of a stack, and the colour of words on each: neighbours differ in lightness too.
const STACK: [(&Colour, &Colour); 7] = [
    (&STRIP, &ON_LIGHT),
    (&QUIET, &ON_LIGHT),
    (&MOSS, &PAPER),
    (&LINE, &PAPER),
    (&VIOLET, &PAPER),
    (&AMBER, &ON_LIGHT),
    (&TEAL, &PAPER),
];

/// The colour of a part of a stack.
pub(super) fn part(at: u8) -> &'static Colour {
    STACK
        .get(usize::from(at))
        .map_or(&LINE, |(colour, _)| colour)
}

/// The colour of words on a part of a stack.
pub(super) fn on_part(at: u8) -> &'static Colour {
    STACK
        .get(usize::from(at))
        .map_or(&PAPER, |(_, words)| words)
}

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

impl Colour {
    /// The light colour as it stands in the picture.
    pub(super) fn name(&self) -> String {
        hex(self.light)
    }
}

/// The style sheet that recolours every chart for the dark scheme, without the media query around it.
#[must_use]
pub fn dark_rules() -> String {
    let mut rules = String::new();
    for colour in PALETTE {
        let (light, dark) = (colour.name(), hex(colour.dark));
        let _ = write!(
            rules,
            ".lp [fill=\"{light}\"]{{fill:{dark}}}.lp [stroke=\"{light}\"]{{stroke:{dark}}}"
        );
    }
    rules.push_str(&halo_rule(PAPER.dark));
    rules.push_str(&forced_rule(&hex(PAPER.dark)));
    rules
}

/// Where the reader's system forces its own colours, a picture keeps its palette, in which its parts are told apart, and the
/// ground that the palette was chosen for.
pub(super) fn forced_rule(ground: &str) -> String {
    format!("@media (forced-colors:active){{.lp{{forced-color-adjust:none;background:{ground}}}}}")
}

/// The ground around letters.
pub(super) fn halo_rule(ground: (u8, u8, u8)) -> String {
    format!(".lp .h{{stroke:{}}}", hex(ground))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2 defines it.
    fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn check(a: &Colour, b: &Colour, least: f64) {
        for (a, b) in [(a.light, b.light), (a.dark, b.dark)] {
            let found = contrast(a, b);
            assert!(found >= least, "{} on {}: {found:.2}", hex(a), hex(b));
        }
    }

    #[test]
    fn shapes_stand_out_from_the_ground_and_from_what_they_lie_on() {
        for shape in [
            &STRONG, &LINE, &QUIET, &AXIS, &STRIP, &AMBER, &VIOLET, &TEAL, &RUST, &MOSS,
        ] {
            check(shape, &PAPER, 3.0);
        }
        // The median lies on the rows.
        check(&STRONG, &QUIET, 3.0);
    }

    #[test]
    fn words_can_be_read_on_the_ground_and_on_every_part() {
        for words in [&INK, &WORDS] {
            check(words, &PAPER, 4.5);
        }
        for (part, words) in STACK.into_iter().chain(HEAT) {
            check(words, part, 4.5);
        }
    }

    #[test]
    fn forced_colours_leave_a_picture_its_palette_and_the_ground_of_its_scheme() {
        let forced = |ground| {
            format!(
                "@media (forced-colors:active){{.lp{{forced-color-adjust:none;background:{ground}}}}}"
            )
        };
        let [light, dark] = [PAPER.light, PAPER.dark].map(|ground| forced(hex(ground)));
        let shared = crate::render::svg::shared_rules();
        assert!(shared.contains(&light), "{shared}");
        assert!(dark_rules().contains(&dark), "{}", dark_rules());
        // The ground around letters is part of it.
        assert!(!shared.contains(".h{stroke:none}"), "{shared}");
    }
}
