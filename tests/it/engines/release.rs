//! The nine engines that tests run on: versions, where they come from, what each needs. Data only; starts nothing.

/// The recipe's revision: part of the cached folder's name, so that a changed recipe unpacks anew.
pub(crate) const RECIPE: u32 = 1;

/// One released engine.
#[derive(Debug)]
pub(crate) struct Release {
    /// Name of the target that is tested on it.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// Maven group and artifact of the zip.
    pub(crate) artifact: &'static str,
    pub(crate) java: Java,
    pub(crate) launch: Launch,
    /// Modules that the zip lacks.
    pub(crate) modules: &'static [Module],
}

/// Which Java runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Java {
    /// 17 to 23: the last with a security manager.
    Older,
    /// 21 and later.
    Newer,
}

/// How it is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Launch {
    /// By its own script.
    Script,
    /// By its main class, for its script has flags that Java 17 refuses: these JVM arguments, then these of the program.
    /// `{home}` and `{conf}` are filled in.
    Class(&'static [&'static str], &'static [&'static str]),
}

/// A module that has a jar of its own.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: &'static str,
    /// Maven group and artifact; the version is the engine's.
    pub(crate) artifact: &'static str,
    pub(crate) class: &'static str,
}

const fn module(name: &'static str, artifact: &'static str, class: &'static str) -> Module {
    Module { name, artifact, class }
}

/// All of them, oldest first.
pub(crate) static RELEASES: [Release; 9] = [
    Release {
        name: "es1",
        version: "1.7.6",
        artifact: "org.elasticsearch:elasticsearch",
        java: Java::Older,
        launch: Launch::Class(
            &[
                "-Des.path.home={home}",
                "-Des.path.conf={conf}",
                "-Delasticsearch",
                "-Des.foreground=yes",
            ],
            &[],
        ),
        modules: &[],
    },
    Release {
        name: "es2",
        version: "2.4.6",
        artifact: "org.elasticsearch.distribution.zip:elasticsearch",
        java: Java::Older,
        launch: Launch::Class(&["-Des.path.home={home}", "-Des.path.conf={conf}"], &["start"]),
        modules: &[],
    },
    Release {
        name: "es5",
        version: "5.6.16",
        artifact: "org.elasticsearch.distribution.zip:elasticsearch",
        java: Java::Older,
        launch: Launch::Class(
            &[
                "-Des.path.home={home}",
                "-Dlog4j.shutdownHookEnabled=false",
                "-Dlog4j2.disable.jmx=true",
            ],
            &["-Epath.conf={conf}"],
        ),
        modules: &[],
    },
    Release {
        name: "es6",
        version: "6.8.23",
        artifact: "org.elasticsearch.distribution.zip:elasticsearch",
        java: Java::Older,
        launch: Launch::Class(
            &[
                "-Des.path.home={home}",
                "-Des.path.conf={conf}",
                "-Des.distribution.flavor=oss",
                "-Des.distribution.type=zip",
                "-Dlog4j.shutdownHookEnabled=false",
                "-Dlog4j2.disable.jmx=true",
            ],
            &[],
        ),
        modules: &[],
    },
    Release {
        name: "es7",
        version: "7.17.28",
        artifact: "org.elasticsearch.distribution.integ-test-zip:elasticsearch",
        java: Java::Older,
        launch: Launch::Script,
        modules: &[
            module(
                "mapper-extras",
                "org.elasticsearch.plugin:mapper-extras-client",
                "org.elasticsearch.index.mapper.MapperExtrasPlugin",
            ),
            module(
                "parent-join",
                "org.elasticsearch.plugin:parent-join-client",
                "org.elasticsearch.join.ParentJoinPlugin",
            ),
            module(
                "percolator",
                "org.elasticsearch.plugin:percolator-client",
                "org.elasticsearch.percolator.PercolatorPlugin",
            ),
        ],
    },
    Release {
        name: "es8",
        version: "8.19.0",
        artifact: "org.elasticsearch.distribution.integ-test-zip:elasticsearch",
        java: Java::Older,
        launch: Launch::Script,
        modules: &[],
    },
    Release {
        name: "es9",
        version: "9.2.0",
        artifact: "org.elasticsearch.distribution.integ-test-zip:elasticsearch",
        java: Java::Newer,
        launch: Launch::Script,
        modules: &[],
    },
    Release {
        name: "os2",
        version: "2.19.4",
        artifact: "org.opensearch.distribution.integ-test-zip:opensearch",
        java: Java::Older,
        launch: Launch::Script,
        modules: &[
            module(
                "mapper-extras",
                "org.opensearch.plugin:mapper-extras-client",
                "org.opensearch.index.mapper.MapperExtrasPlugin",
            ),
            module(
                "parent-join",
                "org.opensearch.plugin:parent-join-client",
                "org.opensearch.join.ParentJoinPlugin",
            ),
            module(
                "percolator",
                "org.opensearch.plugin:percolator-client",
                "org.opensearch.percolator.PercolatorPlugin",
            ),
            module(
                "analysis-common",
                "org.opensearch.plugin:analysis-common",
                "org.opensearch.analysis.common.CommonAnalysisPlugin",
            ),
            module("geo", "org.opensearch.plugin:geo", "org.opensearch.geo.GeoModulePlugin"),
        ],
    },
    Release {
        name: "os3",
        version: "3.8.0",
        artifact: "org.opensearch.distribution.integ-test-zip:opensearch",
        java: Java::Newer,
        launch: Launch::Script,
        modules: &[],
    },
];

impl Release {
    /// The release that tests target `name`.
    pub(crate) fn named(name: &str) -> &'static Release {
        RELEASES.iter().find(|release| release.name == name).expect("a test names one of the nine")
    }

    /// Major version.
    pub(crate) fn major(&self) -> u32 {
        let major = self.version.split('.').next().and_then(|major| major.parse().ok());
        major.expect("a version begins with a number")
    }

    /// `elasticsearch` or `opensearch`: name of the start script and of the config file.
    pub(crate) fn product(&self) -> &'static str {
        if self.opensearch() { "opensearch" } else { "elasticsearch" }
    }

    /// Whether it is an OpenSearch.
    pub(crate) fn opensearch(&self) -> bool {
        self.name.starts_with("os")
    }

    /// Whether documents have a type there (Elasticsearch before 7).
    pub(crate) fn typed(&self) -> bool {
        !self.opensearch() && self.major() < 7
    }
}
