//! How a GitHub App says who it is: a token of ten minutes, signed RS256 with ring, the cryptography that TLS uses here already.
//!
//! octocrab signs with one of two backends. One brings an RSA whose timing tells of the key (RUSTSEC-2023-0071, no mended
//! release), the other a C library that takes longer to build than everything else of the network part.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::crypto::{CryptoProvider, JwkUtils, JwtSigner};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Serialize;
use signature::Signer;

/// GitHub takes at most ten minutes from `iat` to `exp`, and an `iat` a little in the past where clocks differ.
const AGE: SignedDuration = SignedDuration::from_secs(60);
const LIFE: SignedDuration = SignedDuration::from_secs(9 * 60);

#[derive(Serialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
}

/// The token with which an app asks for its installation's, at an instant.
pub(super) fn app_token(app: u64, pem: &str, now: Timestamp) -> Result<String, Error> {
    install();
    let at = |instant: Result<Timestamp, _>| instant.unwrap_or(now).as_second();
    let claims = Claims {
        iss: app.to_string(),
        iat: at(now.checked_sub(AGE)),
        exp: at(now.checked_add(LIFE)),
    };
    let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key)
}

/// Makes this the way in which the whole program signs. Calling it again changes nothing.
fn install() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: signer,
        // An app only signs; what GitHub answers is guarded by TLS.
        verifier_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
        jwk_utils: JwkUtils::new_unimplemented(),
    };
    let _ = PROVIDER.install_default();
}

/// GitHub takes RS256 and nothing else.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the provider's function is of this type"
)]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    if *algorithm != Algorithm::RS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    // The rejection names what is wrong with the key, which is more than a log should know of it.
    let key = RsaKeyPair::from_der(key.inner())
        .map_err(|_| ErrorKind::InvalidRsaKey("the private key was rejected".to_owned()))?;
    Ok(Box::new(Rs256(key)))
}

struct Rs256(RsaKeyPair);

impl Signer<Vec<u8>> for Rs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut signed = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signed,
            )
            .map_err(|_| signature::Error::new())?;
        Ok(signed)
    }
}

impl JwtSigner for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    const KEY: &[u8] = include_bytes!("../../../fixtures/github/app_key.pem");

    #[test]
    fn what_is_signed_is_verified_by_the_public_key() {
        let key = EncodingKey::from_rsa_pem(KEY).unwrap();
        let signed = signer(&Algorithm::RS256, &key)
            .unwrap()
            .try_sign(b"header.claims")
            .unwrap();
        let pair = RsaKeyPair::from_der(key.inner()).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref());
        public.verify(b"header.claims", &signed).unwrap();
        assert!(public.verify(b"header.other", &signed).is_err());
    }

    #[test]
    fn no_other_algorithm_and_no_other_key_signs() {
        let key = EncodingKey::from_rsa_pem(KEY).unwrap();
        for algorithm in [Algorithm::HS256, Algorithm::RS512, Algorithm::PS256] {
            assert!(signer(&algorithm, &key).is_err(), "{algorithm:?}");
        }
        let broken = EncodingKey::from_rsa_der(b"not a key, but secret");
        let error = signer(&Algorithm::RS256, &broken).err().unwrap();
        assert!(!format!("{error:?} {error}").contains("secret"));
    }
}
