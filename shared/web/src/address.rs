//! Where a request comes from.

use std::net::IpAddr;

/// The address of whoever sent the request, as the server in front of it says;
/// never what a header claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What a rate limit counts: an IPv4 address, or the /64 that an IPv6
    /// address lies in, since a host has all of one.
    pub fn subject(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ClientAddress;

    #[test]
    fn address_of_one_host_is_one_rate_limit_subject() {
        let subject = |text: &str| text.parse().map(|ip| ClientAddress(ip).subject());
        assert_eq!(subject("192.0.2.7").as_deref(), Ok("192.0.2.7"));
        assert_eq!(subject("::ffff:192.0.2.7").as_deref(), Ok("192.0.2.7"));
        assert_eq!(
            subject("2001:db8:1:2:3::4"),
            subject("2001:db8:1:2:ffff::9")
        );
        assert_ne!(subject("2001:db8:1:2::"), subject("2001:db8:1:3::"));
    }
}
