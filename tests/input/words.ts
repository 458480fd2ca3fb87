// What random declarations are made of: right words and wrong ones, so that they come near the truth.

/** The sections of an `App`. */
export const sectionNames = [
    "containers",
    "jobs",
    "databases",
    "blobs",
    "kvs",
    "secrets",
    "keys",
    "images",
    "logs",
    "metrics",
    "vms",
    "loadBalancers",
    "networks",
    "alarms",
] as const;

/** Names that every object has, or that mean something to JavaScript. */
export const prototypeNames = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "valueOf",
    "toJSON",
    "hasOwnProperty",
    "__defineGetter__",
    "then",
    "length",
];

const argumentNames =
    "build image command env uses cpu memory port ports scale min max health path public domain sidecars rollout strategy " +
    "engine version backups retention window restore from schedule timeZone once routes to tcp listen alarms email above " +
    "of value generate transform protect local aws gcp key context dockerfile target args protocol requests interval " +
    "timeout failures startup stopGrace exec on network log size storage highAvailability maintenance parameters " +
    "versioned lifecycle prefix expire cors origins methods partitionKey sortKey ttl pointInTime purpose rotation " +
    "material deletionWindow range zones egress flowLogs filters contains into subscribers export redirects host allow " +
    "waf accessLog certificate unit kind dimensions dashboard statistic container retries concurrency userData start disk";

/** What people write who have come from Docker Compose. */
export const composeNames =
    "services environment depends_on volumes networks restart deploy replicas healthcheck entrypoint expose links " +
    "container_name working_dir user labels privileged secrets configs env_file mem_limit cpus logging";

export const words = [
    ...sectionNames,
    ...argumentNames.split(" "),
    ...composeNames.split(" "),
    ...prototypeNames,
    ...["web", "db", "a", "A", "x-y", "", " ", "nosuch", "container", "\0", "ключ", "💥", "\u202eabc", "a.b", "[0]"],
];

export const partNames = [
    "web",
    "db",
    "a",
    "b",
    "mail",
    "UP",
    "x".repeat(50),
    "web-log",
    "__proto__",
    "constructor",
    "",
];

/** Texts which are right somewhere, or nearly so. */
export const texts = [
    ..."web db db:read web.errors nosuch.errors uploads:read,write postgres postgresql rolling encrypt sign".split(" "),
    ..."./app /healthz healthz UTC Europe/Berlin tcp http ops@example.com shop.example.com 10.0.0.0/16 :: 0/0".split(
        " ",
    ),
    ..."80:80 80 0x50 1e3 -1 true no null undefined NaN nginx:latest nginx latest unless-stopped 512m 1h30m".split(" "),
    ...[
        "db as PRIMARY",
        "a as B",
        "0 3 * * *",
        "* * * * *",
        "@daily",
        "99 99 99 99 99",
        "mon 02:00",
        "2026-11-21T09:30:00Z",
    ],
    ...[
        "",
        " ",
        "\0",
        "\n",
        "\u001b[31mred",
        "\u202edlrow",
        "💥",
        "é\u0301",
        "\ud800",
        "constructor",
        "__proto__",
        "../..",
        "${x}",
    ],
];

/** Long texts: some make a careless pattern try for ever. */
export const longTexts = ["a", "a-", "a.", "-", "/", "* ", "0.", "a@", " ", "💥", "\n", "%41", "x=y,"].map((piece) =>
    piece.repeat(30_000),
);
