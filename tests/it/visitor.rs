//! The pages of a world, and browsers and programs that visit them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use entitywatch::cli::configured_watchlists::watchlists_in;
use entitywatch::cli::pages;
use entitywatch::clock::Clock;
use entitywatch::web::listener::Peer;
use entitywatch::web::{
    Access, Listener, ReceiverLine, Status, {self},
};
use tower::ServiceExt;

use crate::world::World;

/// Where browsers think that they are.
pub const HOST: &str = "127.0.0.1:8744";

/// The pages as the daemon of this world would serve them.
pub struct Pages {
    pub world: World,
    pub access: Arc<Access>,
    pub status: Arc<Status>,
    router: Router,
}

impl Pages {
    pub async fn of(world: World) -> Self {
        let listener = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let status = Arc::new(Status::new(world.clock.now(), Duration::from_secs(120)));
        let wiring = world.program.wiring.load_full();
        let line = |receiver: &entitywatch::deliver::Receiver| ReceiverLine {
            name: receiver.name.clone(),
            kind: receiver.channel.kind().to_owned(),
            operator: receiver.operator,
            shows_matches: receiver.show_matches,
        };
        status.set_configuration(Vec::new(), wiring.config.receivers.iter().map(line).collect());
        status.set_watchlists(watchlists_in(&world.program.wiring.load().config));
        let access = pages::access(&world.program.wiring.load().config).unwrap();
        let metrics =
            metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let state = pages::web_state(&world.program, &status, &access, metrics, &listener);
        Self { world, access, status, router: web::router(state) }
    }

    /// A browser without any cookie, at this address.
    pub fn browser(&self, address: &str) -> Browser<'_> {
        Browser { pages: self, address: address.parse().unwrap(), cookies: BTreeMap::new() }
    }

    pub async fn ask(&self, mut request: Request<Body>, address: IpAddr) -> Seen {
        if !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, HOST.parse().unwrap());
        }
        request.extensions_mut().insert(Peer::Address(address));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Seen { status: parts.status, headers: parts.headers, text }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Seen {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Seen {
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The token of the first form on the page that is sent to a path with this end.
    pub fn csrf(&self, action: &str) -> String {
        let form =
            self.text.split("<form").skip(1).find(|form| form.contains(&format!("{action}\"")));
        let form = form.unwrap_or_else(|| panic!("no form for {action} in {}", self.text));
        value_of(form, "csrf").unwrap_or_else(|| panic!("no token in {form}"))
    }

    /// The value of the first field of this name on the page.
    pub fn value_of(&self, field: &str) -> String {
        value_of(&self.text, field).unwrap_or_else(|| panic!("no field {field} in {}", self.text))
    }
}

fn value_of(html: &str, field: &str) -> Option<String> {
    let value = html.split(&format!("name=\"{field}\" value=\"")).nth(1)?;
    Some(value.split('"').next()?.to_owned())
}

/// Keeps cookies, as browsers do.
#[derive(Clone)]
pub struct Browser<'a> {
    pages: &'a Pages,
    pub address: IpAddr,
    pub cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Seen {
        self.send("GET", path, &[], "").await
    }

    /// Sends a form as a page of this site does.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let origin = format!("http://{HOST}");
        let headers = [("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
        self.post_with(path, &headers, fields).await
    }

    pub async fn post_with(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Seen {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &[&form, headers].concat(), &body.finish()).await
    }

    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Seen {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(header::COOKIE, pairs.collect::<Vec<_>>().join("; "));
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let seen = self.pages.ask(request, self.address).await;
        for cookie in seen.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        seen
    }

    /// Opens the form, and sends it.
    pub async fn try_to_sign_in(&mut self, name: &str, token: &str) -> Seen {
        let form = self.get("/sign-in").await;
        assert_eq!(form.status, StatusCode::OK, "{}", form.text);
        let csrf = form.csrf("/sign-in");
        self.post("/sign-in", &[("csrf", &csrf), ("name", name), ("token", token)]).await
    }

    pub async fn sign_in(&mut self, name: &str, token: &str) {
        let seen = self.try_to_sign_in(name, token).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{name}: {}", seen.text);
        assert!(self.cookies.contains_key("entitywatch_session"), "{:?}", seen.headers);
    }
}
