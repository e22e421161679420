//! A running engine, of one node or several: configured, started, waited for, and stopped when dropped.
//! One at a time in a test process; what is asked of it is in `client`.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::cache;
use super::client::{Client, Login};
use super::java;
use super::release::{Launch, Release};
use super::supervised::{Folder, Supervised, until};

/// Memory is for one engine: whoever starts one waits for its turn.
static TURN: Mutex<()> = Mutex::new(());

/// For an engine that lives for seconds: little memory, and the compiler that is quick rather than thorough.
const JVM: [&str; 4] = ["-Xms512m", "-Xmx512m", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1"];

/// What Java 17 must open to engines that were written for Java 7 and 8.
const OPENED: [&str; 9] = [
    "java.base/java.io",
    "java.base/java.lang",
    "java.base/sun.nio.ch",
    "java.base/java.nio",
    "java.base/jdk.internal.ref",
    "java.base/java.util",
    "java.base/java.security",
    "java.management/sun.management",
    "jdk.management/com.sun.management.internal",
];

/// How an engine differs from the plain one.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// More lines of the config file, such as `http.max_content_length: 1mb`.
    pub(crate) config: Vec<String>,
    /// More than one node form a cluster (es7 and later).
    pub(crate) nodes: usize,
    /// TLS on HTTP, this password for user `elastic`, API keys and bearer tokens (es8, es9).
    pub(crate) password: Option<String>,
}

impl Setup {
    /// One node, nothing special.
    pub(crate) fn plain() -> Setup {
        Setup { config: Vec::new(), nodes: 1, password: None }
    }

    /// One node with these config lines more.
    pub(crate) fn with(lines: &[&str]) -> Setup {
        Setup { config: lines.iter().map(|&line| line.to_owned()).collect(), ..Setup::plain() }
    }
}

/// Why an engine did not come up.
#[derive(Debug)]
pub(crate) enum Absent {
    /// The machine lacks something: Java, Maven, or the download that nobody asked for.
    Missing(String),
    /// It was started, and did not answer.
    Failed(String),
}

/// The running engine. Stopped, and all its files removed, when dropped.
pub(crate) struct Engine {
    pub(crate) release: &'static Release,
    /// Talks to the first node.
    pub(crate) client: Client,
    nodes: Vec<Node>,
    _turn: MutexGuard<'static, ()>,
}

struct Node {
    url: String,
    process: Supervised,
}

impl Engine {
    /// Starts `release` and waits until it answers; downloads it first where `may_fetch` says so.
    pub(crate) fn start(
        release: &'static Release,
        setup: &Setup,
        may_fetch: bool,
    ) -> Result<Engine, Absent> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let java = java::home(release.java).ok_or_else(|| {
            Absent::Missing(format!("no JDK of the needed age ({:?}) is installed", release.java))
        })?;
        let home = match cache::find(release) {
            Some(home) => home,
            None if may_fetch => {
                cache::fetch(release).map_err(|error| Absent::Missing(error.to_string()))?
            }
            None => {
                return Err(Absent::Missing(format!(
                    "it is not in `{}`",
                    cache::folder().display()
                )));
            }
        };
        if let Some(closed) =
            cache::closed_to_others(&home).filter(|_| rustix::process::geteuid().is_root())
        {
            return Err(Absent::Missing(format!(
                "engines do not run as root, and other users cannot enter `{}`; set LITEBULK_ENGINES",
                closed.display()
            )));
        }
        let recipe = Recipe { release, setup, java: &java, home: &home };
        let (nodes, client) = recipe.start_patiently().map_err(Absent::Failed)?;
        Ok(Engine { release, client, nodes, _turn: turn })
    }

    /// The first node's URL; `https` where a password was set.
    pub(crate) fn url(&self) -> &str {
        &self.nodes[0].url
    }

    /// The URLs of all nodes.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.url.clone()).collect()
    }

    /// The certificate of the authority that signed the engine's and the client's, where a password was set.
    pub(crate) fn ca_certificate(&self) -> PathBuf {
        self.nodes[0].process.folder.path().join("ca.crt")
    }

    /// A certificate that a client can show, its key, and the same certificate in the version of 1988, which TLS no longer
    /// takes; where a password was set.
    pub(crate) fn client_certificate(&self) -> [PathBuf; 3] {
        ["client.crt", "client.key", "old.crt"]
            .map(|name| self.nodes[0].process.folder.path().join(name))
    }

    /// The last that each node wrote to its output, for a test that has to explain itself.
    pub(crate) fn output(&self) -> String {
        let told = |(number, node): (usize, &Node)| {
            format!("node {number}:\n{}", tail(&node.process.folder.output()))
        };
        self.nodes.iter().enumerate().map(told).collect()
    }

    /// Kills one node as a power cut would.
    pub(crate) fn kill_node(&mut self, number: usize) {
        self.nodes[number].process.kill();
    }
}

/// What a start needs to know.
struct Recipe<'a> {
    release: &'static Release,
    setup: &'a Setup,
    java: &'a Path,
    home: &'a Path,
}

impl Recipe<'_> {
    /// Starts all nodes; again with other ports where somebody else took one between our choice and the engine's.
    fn start_patiently(&self) -> Result<(Vec<Node>, Client), String> {
        let mut last = String::new();
        for _ in 0..3 {
            let (nodes, outcome) = self.start().map_err(|error| error.to_string())?;
            match outcome {
                Ok(client) => return Ok((nodes, client)),
                Err(output) if output.contains("BindException") => last = output,
                Err(output) => return Err(output),
            }
        }
        Err(last)
    }

    fn start(&self) -> io::Result<(Vec<Node>, Result<Client, String>)> {
        let ports = free_ports(2 * self.setup.nodes)?;
        let (http, transport) = ports.split_at(self.setup.nodes);
        let scheme = if self.setup.password.is_some() { "https" } else { "http" };
        let mut nodes = Vec::new();
        for (number, port) in http.iter().enumerate() {
            let process = self.start_node(number, *port, transport)?;
            nodes.push(Node { url: format!("{scheme}://127.0.0.1:{port}"), process });
        }
        let login = self.setup.password.as_deref().map(|password| Login {
            user: "elastic",
            password,
            certificates: nodes[0].process.folder.path(),
        });
        let client = Client::new(&nodes[0].url, self.release, login);
        // A node alone takes 3 to 30 s, three take 60; a machine that is busy with other work takes many times that.
        let came = until(Duration::from_secs(600), || {
            let whole = || self.setup.nodes == 1 || client.voting(self.setup.nodes);
            (client.ready(self.setup.nodes) && whole())
                || !nodes.iter_mut().all(|node| node.process.running())
        });
        let up = came && nodes.iter_mut().all(|node| node.process.running());
        let told = || nodes.iter().map(|node| tail(&node.process.folder.output())).collect();
        let outcome = if up { Ok(client) } else { Err(told()) };
        Ok((nodes, outcome))
    }

    fn start_node(&self, number: usize, http: u16, transport: &[u16]) -> io::Result<Supervised> {
        let folder = Folder::new()?;
        let conf = folder.path().join("conf");
        for name in ["conf", "data", "logs", "tmp"] {
            fs::create_dir(folder.path().join(name))?;
        }
        copy_config(&self.home.join("config"), &conf)?;
        let lines = self.config(folder.path(), number, http, transport);
        fs::write(conf.join(format!("{}.yml", self.release.product())), lines)?;
        let mut home = self.home.to_owned();
        if let Some(password) = &self.setup.password {
            self.prepare_login(&folder, password)?;
            home = self.home_with_stand_ins(&folder)?;
        }
        let path = |name: &str| folder.path().join(name);
        let (program, environment) = match self.release.launch {
            Launch::Class(flags, arguments) => {
                // Their options are for Java 8, and 5.x and later read the file although nobody else does.
                let _ = fs::remove_file(conf.join("jvm.options"));
                (self.class_command(&folder, flags, arguments)?, vec![("ES_TMPDIR", path("tmp"))])
            }
            Launch::Script => {
                let script = home.join("bin").join(self.release.product());
                (vec![script.display().to_string()], self.environment(folder.path()))
            }
        };
        Supervised::start(folder, &program, &environment)
    }

    fn environment(&self, folder: &Path) -> Vec<(&'static str, PathBuf)> {
        let (java, conf, tmp) = (self.java.to_owned(), folder.join("conf"), folder.join("tmp"));
        let options = PathBuf::from(JVM.join(" "));
        if self.release.opensearch() {
            vec![
                ("JAVA_HOME", java.clone()),
                ("OPENSEARCH_JAVA_HOME", java),
                ("OPENSEARCH_PATH_CONF", conf),
                ("OPENSEARCH_TMPDIR", tmp),
                ("OPENSEARCH_JAVA_OPTS", options),
            ]
        } else {
            vec![
                ("JAVA_HOME", java.clone()),
                ("ES_JAVA_HOME", java),
                ("ES_PATH_CONF", conf),
                ("ES_TMPDIR", tmp),
                ("ES_JAVA_OPTS", options),
            ]
        }
    }

    /// The config file.
    fn config(&self, folder: &Path, number: usize, http: u16, transport: &[u16]) -> String {
        let mut config = format!(
            "cluster.name: litebulk-{}\nnode.name: n{number}\npath.data: {folder}/data\npath.logs: {folder}/logs\n\
             network.host: 127.0.0.1\nhttp.port: {http}\n\
             cluster.routing.allocation.disk.threshold_enabled: false\n",
            transport[0],
            folder = folder.display(),
        );
        let mut line = |text: &str| {
            writeln!(config, "{text}").expect("a string takes everything");
        };
        let (opensearch, major) = (self.release.opensearch(), self.release.major());
        let tcp = if opensearch || major >= 7 { "" } else { ".tcp" };
        line(&format!("transport{tcp}.port: {}", transport[number]));
        if !opensearch && major == 1 {
            line("discovery.zen.ping.multicast.enabled: false");
        }
        if self.setup.nodes > 1 {
            let seeds: Vec<_> =
                transport.iter().map(|port| format!("\"127.0.0.1:{port}\"")).collect();
            let names: Vec<_> =
                (0..transport.len()).map(|number| format!("\"n{number}\"")).collect();
            let manager = if opensearch { "cluster_manager" } else { "master" };
            line(&format!("discovery.seed_hosts: [{}]", seeds.join(",")));
            line(&format!("cluster.initial_{manager}_nodes: [{}]", names.join(",")));
        } else if opensearch || major >= 5 {
            line("discovery.type: single-node");
        }
        if self.setup.password.is_some() {
            line("xpack.security.enabled: true");
            line("xpack.security.http.ssl.enabled: true");
            line("xpack.security.http.ssl.key: certs/http.key");
            line("xpack.security.http.ssl.certificate: certs/http.crt");
            line("xpack.security.http.ssl.certificate_authorities: certs/ca.crt");
            // Bearer tokens are not part of the basic license.
            line("xpack.license.self_generated.type: trial");
        } else if !opensearch && major >= 8 {
            line("xpack.security.enabled: false");
        }
        self.setup.config.iter().for_each(|text| line(text));
        config
    }

    /// The command line of an engine that is started by its main class.
    fn class_command(
        &self,
        folder: &Folder,
        flags: &[&str],
        arguments: &[&str],
    ) -> io::Result<Vec<String>> {
        let conf = folder.path().join("conf").display().to_string();
        let home = self.home.display().to_string();
        let filled = |text: &&str| text.replace("{home}", &home).replace("{conf}", &conf);
        let mut command = vec![self.java.join("bin/java").display().to_string()];
        command.extend(JVM.map(str::to_owned));
        command.push("-Djava.security.manager=allow".to_owned());
        if self.release.name == "es1" {
            self.patch_java(folder)?;
            command
                .push(format!("--patch-module=java.management={}/patch", folder.path().display()));
        }
        command.push(format!("-Djava.io.tmpdir={}/tmp", folder.path().display()));
        command.extend(
            [
                "-Djna.nosys=true",
                "-Dio.netty.noUnsafe=true",
                "-Dio.netty.noKeySetOptimization=true",
            ]
            .map(str::to_owned),
        );
        command.extend(OPENED.map(|package| format!("--add-opens={package}=ALL-UNNAMED")));
        command.extend(flags.iter().map(filled));
        command.extend(["-cp".to_owned(), format!("{home}/lib/*")]);
        command.push("org.elasticsearch.bootstrap.Elasticsearch".to_owned());
        command.extend(arguments.iter().map(filled));
        Ok(command)
    }

    /// `RuntimeMXBean.getBootClassPath()` throws since Java 9; 1.x calls it: writes a class in which it answers.
    fn patch_java(&self, folder: &Folder) -> io::Result<()> {
        let source = r#"
            import javassist.*;
            public class Patch {
                public static void main(String[] folder) throws Exception {
                    CtClass bean = ClassPool.getDefault().get("sun.management.RuntimeImpl");
                    bean.getDeclaredMethod("getBootClassPath").setBody("{ return \"\"; }");
                    bean.writeFile(folder[0]);
                }
            }"#;
        let file = folder.path().join("Patch.java");
        fs::write(&file, source)?;
        let javassist = self.home.join("patch").join(cache::JAVASSIST);
        let mut java = folder.command(self.java.join("bin/java"))?;
        java.arg("-cp").arg(javassist).arg(file).arg(folder.path().join("patch"));
        cache::run(&mut java)
    }

    /// A copy of the engine with what API keys need: stripped builds cannot make the index that keeps them.
    fn home_with_stand_ins(&self, folder: &Folder) -> io::Result<PathBuf> {
        let home = folder.path().join("home");
        cache::run(folder.command("cp")?.arg("-R").arg(self.home).arg(&home))?;
        let module = home.join("modules/stand-ins");
        fs::create_dir(&module)?;
        cache::describe_module(self.release, "stand-ins", "litebulk.StandIns", &module)?;
        let source = folder.path().join("StandIns.java");
        fs::write(&source, include_str!("StandIns.java"))?;
        let classes = folder.path().join("classes");
        let mut javac = folder.command(self.java.join("bin/javac"))?;
        javac.arg("-cp").arg(home.join("lib/*")).arg("-d").arg(&classes).arg(source);
        cache::run(&mut javac)?;
        let mut jar = folder.command(self.java.join("bin/jar"))?;
        jar.arg("cf").arg(module.join("stand-ins.jar")).arg("-C").arg(&classes).arg(".");
        cache::run(&mut jar)?;
        Ok(home)
    }

    /// Certificates for `localhost`, 127.0.0.1 and a client, and the password in the keystore.
    fn prepare_login(&self, folder: &Folder, password: &str) -> io::Result<()> {
        let script = r#"
            set -e
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >ext
            openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=test CA" -keyout ca.key -out ca.crt
            openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout http.key -out http.csr
            openssl x509 -req -in http.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile ext -out http.crt
            openssl req -newkey rsa:2048 -nodes -subj "/CN=client" -keyout client.key -out client.csr
            openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile ext -out client.crt
            openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out old.crt
            mkdir conf/certs
            mv http.key http.crt conf/certs
            cp ca.crt conf/certs
            "$1/bin/elasticsearch-keystore" create
            printf %s "$2" | "$1/bin/elasticsearch-keystore" add -x -f bootstrap.password"#;
        let mut shell = folder.command("sh")?;
        shell.args(["-c", script, "prepare"]).arg(self.home).arg(password);
        cache::run(shell.envs(self.environment(folder.path())))
    }
}

/// Copies the release's config, without the lines that send the garbage collector's log to a folder we cannot write.
fn copy_config(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy_config(&entry.path(), &target)?;
        } else if entry.file_name() == "jvm.options" {
            let text = fs::read_to_string(entry.path())?;
            let kept = |line: &&str| !line.contains("gc.log") && !line.contains("Xlog");
            let lines: Vec<&str> = text.lines().filter(kept).collect();
            fs::write(target, lines.join("\n") + "\n")?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Ports of the loopback that were free a moment ago, all different.
fn free_ports(count: usize) -> io::Result<Vec<u16>> {
    let listeners: io::Result<Vec<_>> =
        (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    listeners?.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    format!("{}\n", lines[lines.len().saturating_sub(40)..].join("\n"))
}
