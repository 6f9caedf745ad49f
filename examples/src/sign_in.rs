//! The two ends of a sign-in: the listener that the browser comes back to, and a stand-in for browser and person.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::{Url, form_urlencoded};

/// Longest request line and headers that a browser's redirect is read up to.
const LONGEST_REQUEST: usize = 16 * 1024;

/// Waits on a loopback port for the browser to come back from the package's page.
#[derive(Debug)]
pub struct RedirectListener {
    listener: TcpListener,
    redirect_uri: Url,
}

impl RedirectListener {
    /// Listens on a free port.
    ///
    /// # Errors
    /// No port could be opened.
    pub async fn on_free_port() -> anyhow::Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("failed to listen on a loopback port")?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, redirect_uri: Url::parse(&format!("http://localhost:{port}/callback"))? })
    }

    /// Listens where a redirect URI registered with the package points to.
    ///
    /// # Errors
    /// The URI is not one of this machine, or its port is taken.
    pub async fn at(redirect_uri: &Url) -> anyhow::Result<Self> {
        let local = matches!(redirect_uri.host_str(), Some("localhost" | "127.0.0.1"));
        if redirect_uri.scheme() != "http" || !local {
            bail!("{redirect_uri} does not lead to this machine: register http://localhost:PORT/callback and use that");
        }
        let port = redirect_uri.port().unwrap_or(80);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .with_context(|| format!("failed to listen on port {port}, where the redirect leads"))?;
        Ok(Self { listener, redirect_uri: redirect_uri.clone() })
    }

    /// What to register with the package, byte for byte.
    #[must_use]
    pub fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// The address that the browser came back with: code and state, or an error. Anything else that asks (a browser wants
    /// an icon too) is turned away.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn wait(&self) -> anyhow::Result<Url> {
        loop {
            let (mut stream, _) = self.listener.accept().await.context("failed to wait for the browser")?;
            // One peer that says nothing must not keep the person's browser out.
            let read = tokio::time::timeout(Duration::from_secs(10), request_target(&mut stream)).await;
            let target = read.ok().flatten().and_then(|target| self.redirect_uri.join(&target).ok());
            match target.filter(|url| url.path() == self.redirect_uri.path() && url.query().is_some()) {
                Some(url) => {
                    say(&mut stream, "200 OK", "You are signed in. This page can be closed.").await;
                    return Ok(url);
                }
                None => say(&mut stream, "404 Not Found", "There is nothing here.").await,
            }
        }
    }
}

/// The path and query of a GET; `None` for anything else.
async fn request_target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut chunk).await.ok()?;
        head.extend_from_slice(chunk.get(..read)?);
        if read == 0 || head.len() > LONGEST_REQUEST {
            return None;
        }
    }
    let line = std::str::from_utf8(&head).ok()?.lines().next()?;
    let mut words = line.split(' ');
    (words.next() == Some("GET")).then(|| words.next().map(str::to_owned)).flatten()
}

async fn say(stream: &mut TcpStream, status: &str, text: &str) {
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    // A browser that has gone does not need the page.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// Does what a person does in a browser: opens the consent page, leaves the organisations as they are ticked, presses
/// Allow and follows the redirect. For the emulator only; a real page wants a real person.
///
/// # Errors
/// The page is not the emulator's, or could not be reached.
pub async fn press_allow(authorize_url: &Url) -> anyhow::Result<()> {
    let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let page = browser.get(authorize_url.clone()).send().await?.text().await?;
    let mut fields = ticked(&page);
    if fields.is_empty() {
        bail!("the consent page shows no form");
    }
    fields.push(("decision".to_owned(), "allow".to_owned()));
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut target = authorize_url.clone();
    target.set_query(None);
    let answer =
        browser.post(target).header("content-type", "application/x-www-form-urlencoded").body(form).send().await?;
    let location = answer.headers().get("location").context("the consent page answered without a redirect")?;
    let back = Url::parse(location.to_str()?)?;
    browser.get(back).send().await?.error_for_status()?;
    Ok(())
}

/// Name and value of every hidden field and every ticked box.
fn ticked(page: &str) -> Vec<(String, String)> {
    page.split("<input ")
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .filter(|input| input.contains("type=\"hidden\"") || input.contains(" checked"))
        .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)))
        .collect()
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let (_, rest) = element.split_once(&format!("{name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_fields_and_ticked_boxes_are_sent_back_unescaped() {
        let page = "<input type=\"hidden\" name=\"state\" value=\"a&amp;b&#39;\"><p><input type=\"checkbox\" name=\"tenant\" \
             value=\"1\" checked> One</p><input type=\"checkbox\" name=\"tenant\" value=\"2\"> Two";
        let fields = ticked(page);
        assert_eq!(fields, [("state".to_owned(), "a&b'".to_owned()), ("tenant".to_owned(), "1".to_owned())]);
    }

    #[tokio::test]
    async fn the_redirect_is_waited_for_past_other_askers() {
        let listener = RedirectListener::on_free_port().await.unwrap();
        let uri = listener.redirect_uri().clone();
        let browser = async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let icon = client.get(uri.join("/favicon.ico").unwrap()).send().await.unwrap();
            assert_eq!(icon.status(), 404);
            let mut back = uri.clone();
            back.set_query(Some("code=1&state=2"));
            assert_eq!(client.get(back).send().await.unwrap().status(), 200);
        };
        let (found, ()) = tokio::join!(listener.wait(), browser);
        assert_eq!(found.unwrap().query(), Some("code=1&state=2"));
    }

    #[tokio::test]
    async fn a_redirect_to_elsewhere_is_refused() {
        for elsewhere in ["https://localhost:8910/callback", "http://app.example.test/callback"] {
            let refused = RedirectListener::at(&Url::parse(elsewhere).unwrap()).await.unwrap_err().to_string();
            assert!(refused.contains("register http://localhost"), "{refused}");
        }
    }
}
