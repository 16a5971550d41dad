use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::Name;

/// Serves on the loopback, each connection on a thread of its own, until the process ends. `answer` is given the path.
fn serve(answer: impl Fn(&str, &mut TcpStream) + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let answer = answer.clone();
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let request: Vec<String> = lines
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .collect();
                let path = request[0].split(' ').nth(1).unwrap().to_owned();
                assert!(
                    request
                        .iter()
                        .any(|line| line.to_ascii_lowercase().starts_with("user-agent: ecli/"))
                );
                answer(&path, &mut stream);
            });
        }
    });
    address
}

fn reply(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    // The client may hang up once it has seen enough.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

fn url(text: &str) -> Url {
    match Name::parse(text.as_ref()).unwrap() {
        Name::Url(url) => url,
        other => panic!("{other} is not an address"),
    }
}

/// Without a proxy, so that the tests pass wherever one is set.
fn get(text: &str, limits: &Limits) -> Result<Fetched> {
    get_through(None, &url(text), limits)
}

fn hasty() -> Limits {
    Limits {
        silence: Duration::from_millis(300),
        total: Duration::from_secs(5),
        ..Limits::default()
    }
}

#[test]
fn what_the_server_sends_comes_back_with_its_digest() {
    let server = serve(|_, stream| reply(stream, "200 OK\r\nContent-Length: 3", b"abc"));
    let fetched = get(&format!("{server}/package.json"), &hasty()).unwrap();
    assert_eq!(fetched.bytes, b"abc");
    let digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(fetched.digest.unwrap().to_string(), digest);
}

#[test]
fn a_body_without_a_length_and_one_in_chunks_are_read_whole() {
    let server = serve(|path, stream| match path {
        "/close" => reply(stream, "200 OK", b"all of it"),
        _ => reply(
            stream,
            "200 OK\r\nTransfer-Encoding: chunked",
            b"4\r\nall \r\n5\r\nof it\r\n0\r\n\r\n",
        ),
    });
    for path in ["close", "chunked"] {
        assert_eq!(
            get(&format!("{server}/{path}"), &hasty()).unwrap().bytes,
            b"all of it",
            "{path}"
        );
    }
}

#[test]
fn only_status_200_is_an_answer() {
    let server = serve(|path, stream| reply(stream, &format!("{} X\r\nContent-Length: 5", &path[1..]), b"error"));
    for (status, message) in [
        (404, "404 (Not Found)"),
        (500, "500 (Internal Server Error)"),
        (206, "206 (Partial Content)"),
    ] {
        let error = get(&format!("{server}/{status}"), &hasty()).unwrap_err();
        assert_eq!(error.kind(), Kind::Http(status));
        assert_eq!(
            error.to_string(),
            format!("{server}/{status}: the server answered {message}")
        );
    }
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let server = serve(|path, stream| match path {
        "/old" => reply(stream, "302 Found\r\nLocation: /new\r\nContent-Length: 0", b""),
        "/new" => reply(stream, "200 OK\r\nContent-Length: 3", b"new"),
        _ => reply(stream, "301 Moved\r\nLocation: /round\r\nContent-Length: 0", b""),
    });
    assert_eq!(get(&format!("{server}/old"), &hasty()).unwrap().bytes, b"new");
    let error = get(&format!("{server}/round"), &hasty()).unwrap_err();
    assert_eq!(error.to_string(), format!("{server}/round: redirected too often"));
}

#[test]
fn https_is_not_left_on_the_way() {
    let server = serve(|_, stream| reply(stream, "200 OK\r\nContent-Length: 0", b""));
    let secure = url("https://example.com");
    let error = agent(None, &secure, &hasty())
        .get(&server)
        .call()
        .map_err(|error| failed(&secure, error))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "https://example.com: redirected from https to an address without it"
    );
}

#[test]
fn a_body_past_the_limit_is_refused_whatever_its_length_claims() {
    let server = serve(|path, stream| match path {
        "/honest" => reply(stream, "200 OK\r\nContent-Length: 9999999", &[0; 100]),
        "/silent" => reply(stream, "200 OK", &[0; 3 << 20]),
        _ => {
            let chunk = [b"100000\r\n".as_slice(), &[0; 1 << 20], b"\r\n"].concat();
            reply(stream, "200 OK\r\nTransfer-Encoding: chunked", &chunk.repeat(3));
        }
    });
    let limits = Limits {
        bytes: 2 << 20,
        ..hasty()
    };
    for path in ["honest", "silent", "chunked"] {
        let error = get(&format!("{server}/{path}"), &limits).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge, "{path}: {error:?}");
        assert_eq!(
            error.to_string(),
            format!("{server}/{path} has more than 2 MiB, the most that is read")
        );
    }
}

#[test]
fn a_body_that_is_cut_off_is_an_error_not_a_shorter_file() {
    let server = serve(|path, stream| match path {
        "/length" => reply(stream, "200 OK\r\nContent-Length: 100", b"only this"),
        _ => reply(stream, "200 OK\r\nTransfer-Encoding: chunked", b"5\r\nonly \r\n"),
    });
    for path in ["length", "chunked"] {
        let error = get(&format!("{server}/{path}"), &hasty()).unwrap_err();
        assert_eq!(error.kind(), Kind::Network, "{path}: {error:?}");
    }
}

#[test]
fn a_server_that_stalls_is_given_up() {
    let server = serve(|path, stream| {
        if path == "/body" {
            reply(stream, "200 OK\r\nContent-Length: 100", b"only this");
        }
        thread::sleep(Duration::from_secs(20));
    });
    for path in ["head", "body"] {
        let start = Instant::now();
        let error = get(&format!("{server}/{path}"), &hasty()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{server}/{path}: no answer in time"),
            "{error:?}"
        );
        assert!(start.elapsed() < Duration::from_secs(4), "{path}");
    }
}

#[test]
fn a_server_that_drips_is_given_up_too() {
    let server = serve(|_, stream| {
        reply(stream, "200 OK\r\nContent-Length: 100", b"");
        while stream.write_all(b".").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let limits = Limits {
        total: Duration::from_millis(700),
        ..hasty()
    };
    let error = get(&server, &limits).unwrap_err();
    assert_eq!(error.to_string(), format!("{server}: no answer in time"), "{error:?}");
}

#[test]
fn nobody_listening_says_so() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = get(&format!("http://{address}"), &hasty()).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (Kind::Network, format!("http://{address}: the connection failed"))
    );
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .to_string()
            .contains("refused")
    );
}
