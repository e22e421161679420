//! The library in the hands of a caller that misbehaves.

use std::io::{self, Write};
use std::sync::mpsc;

use litebulk::{Compression, Durability, ExportConfig, Model, OnError, Op};

use super::*;

/// Panics after some bytes.
struct Panicking(usize);

impl Write for Panicking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).expect("a panic that is part of the test");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_panic_in_one_thread_ends_the_others() {
    let scene = Scene::of_rows(150_000);
    let model = Model::load(&scene.path("litebulk.json")).unwrap();
    let config = ExportConfig {
        indices: Vec::new(),
        target: None,
        op: Op::Create,
        part_bytes_max: 1 << 20,
        compression: Compression::Plain,
        threads: 3.try_into().unwrap(),
        on_error: OnError::Stop,
        limit: None,
        sample: None,
        shard: None,
        durability: Durability::Cached,
        cancel: None,
        progress: None,
    };
    let path = scene.path(DB);
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let run = || litebulk::export_to(&path, &model, &config, &mut Panicking(1 << 20)).is_ok();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        sender.send(outcome.is_err()).unwrap();
    });
    let panicked = ended.recv_timeout(Duration::from_secs(120));
    assert_eq!(panicked, Ok(true), "the other threads wait forever, or the panic is lost");
}
