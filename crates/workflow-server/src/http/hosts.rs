//! Checks that requests are addressed to this server and do not come from a foreign web page.
//!
//! A page in a browser can send requests to a server on loopback, even under a name that resolves to it (DNS
//! rebinding). Its requests have the page's `Origin`, or that name as their `Host`:
//! <https://fetch.spec.whatwg.org/#origin-header>.

use std::net::IpAddr;

use hyper::Uri;
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::http::uri::Authority;

use crate::api::{ApiError, Code};

/// The SDKs' prefix of the host for `StartSyncExecution` and `TestState`.
const SYNC_PREFIX: &str = "sync-";

/// The server's own hosts.
pub(crate) struct Hosts {
    /// The address that it listens on.
    address: IpAddr,
    /// The names given to the builder, in lower case.
    names: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(address: IpAddr, names: &[String]) -> Self {
        Self { address, names: names.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Rejects a request whose `Host` or `Origin` is foreign.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
        let host = one(headers, header::HOST)?
            .ok_or_else(|| ApiError::new(Code::Validation, "the request has no header Host"))?;
        let authority = uri.authority().cloned().map_or_else(|| host.parse::<Authority>().ok(), Some);
        if !authority.as_ref().is_some_and(|authority| self.is_own(authority.host())) {
            return Err(refused(format!(
                "the host {host:?} is not this server's own: send requests to `localhost` or to the address that it listens on, \
                 or allow the name with `--allow-host NAME` (`Builder::allow_host`)"
            )));
        }
        if let Some(origin) = one(headers, header::ORIGIN)? {
            // A page served by this server.
            let is_own = origin.strip_prefix("http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host));
            if !is_own {
                return Err(refused(format!("the request comes from a web page of the foreign origin {origin:?}")));
            }
        }
        Ok(())
    }

    fn is_own(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let host = host.strip_prefix(SYNC_PREFIX).unwrap_or(&host);
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = bare.parse::<IpAddr>() {
            // No name was resolved, so any address of this computer is safe from rebinding.
            let address = address.to_canonical();
            return address.is_loopback() || address == self.address.to_canonical() || self.address.is_unspecified();
        }
        let name = host.strip_suffix('.').unwrap_or(host);
        name == "localhost" || name.ends_with(".localhost") || self.names.iter().any(|own| own == name)
    }
}

/// Returns the value of a header that may occur once.
fn one(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, ApiError> {
    let mut values = headers.get_all(&name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if value.to_str().is_ok() => Ok(value.to_str().ok()),
        _ => Err(refused(format!("the header {name} is not one text"))),
    }
}

fn refused(message: String) -> ApiError {
    ApiError::new(Code::AccessDenied, message)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn verdict(hosts: &Hosts, host: &str, origin: Option<&str>) -> Option<u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        hosts.check(&Uri::from_static("/"), &headers).err().map(|error| error.code.status().as_u16())
    }

    #[test]
    fn hosts_of_loopback_and_allowed_names_are_own() {
        let hosts = Hosts::new(Ipv4Addr::LOCALHOST.into(), &["States.Test".to_owned()]);
        for own in [
            "127.0.0.1:8083",
            "127.0.0.1",
            "127.9.9.9:1",
            "[::1]:8083",
            "[::ffff:127.0.0.1]:8083",
            "localhost:8083",
            "LOCALHOST",
            "localhost.:8083",
            "states.localhost:8083",
            "sync-localhost:8083",
            "sync-127.0.0.1:8083",
            "states.test:8083",
            "sync-states.test",
        ] {
            assert_eq!(verdict(&hosts, own, None), None, "{own}");
        }
        for foreign in [
            "evil.example",
            "evil.example:8083",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "10.0.0.1:8083",
            "0.0.0.0:8083",
            "sync-sync-localhost",
            "user@evil.example",
            "",
            "a b",
        ] {
            assert_eq!(verdict(&hosts, foreign, None), Some(403), "{foreign}");
        }
    }

    #[test]
    fn a_server_on_all_addresses_takes_any_address_but_no_other_name() {
        let hosts = Hosts::new(Ipv4Addr::UNSPECIFIED.into(), &[]);
        assert_eq!(verdict(&hosts, "10.0.0.1:8083", None), None);
        assert_eq!(verdict(&hosts, "evil.example:8083", None), Some(403));
        let hosts = Hosts::new(Ipv4Addr::new(10, 0, 0, 1).into(), &[]);
        assert_eq!(verdict(&hosts, "10.0.0.1:8083", None), None);
        assert_eq!(verdict(&hosts, "10.0.0.2:8083", None), Some(403));
    }

    #[test]
    fn only_pages_of_the_server_itself_may_send_requests() {
        let hosts = Hosts::new(Ipv4Addr::LOCALHOST.into(), &[]);
        let host = "localhost:8083";
        assert_eq!(verdict(&hosts, host, Some("http://localhost:8083")), None);
        for foreign in
            ["null", "http://evil.example", "http://localhost:3000", "https://localhost:8083", "localhost:8083", ""]
        {
            assert_eq!(verdict(&hosts, host, Some(foreign)), Some(403), "{foreign}");
        }
    }

    #[test]
    fn a_request_has_one_host() {
        let hosts = Hosts::new(Ipv4Addr::LOCALHOST.into(), &[]);
        let mut headers = HeaderMap::new();
        assert_eq!(hosts.check(&Uri::from_static("/"), &headers).unwrap_err().code, Code::Validation);
        headers.append(header::HOST, "localhost".parse().unwrap());
        // The request line takes precedence over the header: RFC 9112, 3.2.2.
        let uri = Uri::from_static("http://evil.example/");
        assert_eq!(hosts.check(&uri, &headers).unwrap_err().code, Code::AccessDenied);
        headers.append(header::HOST, "evil.example".parse().unwrap());
        assert_eq!(hosts.check(&Uri::from_static("/"), &headers).unwrap_err().code, Code::AccessDenied);
    }
}
