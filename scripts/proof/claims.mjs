/** What the README claims, and where it is shown: a table of docs/proof.md. */

const faults = "npm run proof -- faults";
const test = (...files) => `npm test -- ${files.join(" ")}`;

/**
 * Each claim by the README's own words, which stand there still; the command that shows it; where the figure is, or what
 * the tests look at; and their files, which exist: tests/scripts/proof.test.ts holds both. Without files it is not shown.
 */
export const claims = [
    {
        says: "the least privilege on exactly that resource",
        command: test("tests/kv/table.test.ts", "tests/blob/access.test.ts"),
        where: "no figure: what a link permits is done, and all else is refused, on local by its servers; on AWS by the policies that its provider made (an emulator), judged for each kind of link",
        files: [
            "tests/kv/table.test.ts",
            "tests/blob/access.test.ts",
            "tests/key/key.test.ts",
            "tests/aws/live-links.test.ts",
        ],
    },
    {
        says: "the second time, each takes seconds",
        command: test("tests/guestbook/deploy.test.ts", "tests/scripts/passed.test.ts"),
        where: "no figure: a second `npm start` changes nothing and takes less than a minute, beside other tests; what passed with the same files is not run again",
        files: ["tests/guestbook/deploy.test.ts", "tests/scripts/passed.test.ts"],
    },
    {
        says: "changes what you changed, and nothing else",
        command: test("tests/guestbook/deploy.test.ts"),
        where: "no figure: a changed title changes the web server alone; each argument that changes, on local, its own resource",
        files: ["tests/guestbook/deploy.test.ts", "tests/local/live/components.test.ts"],
    },
    {
        says: "no process, port or file is left",
        command: `${faults}; ${test("tests/guestbook/deploy.test.ts")}`,
        where: "Faults: processes, ports and files left after destroys that were killed; the guestbook's `npm run down`: none",
        files: [
            "tests/faults/interrupted.test.ts",
            "tests/faults/stacks.test.ts",
            "tests/guestbook/deploy.test.ts",
            "tests/local/live/components.test.ts",
        ],
    },
    {
        says: "After `kill -9` of any of it, it comes back as it was",
        command: faults,
        where: "Faults: kill -9 while guests write",
        files: ["tests/faults/kills.test.ts", "tests/faults/interrupted.test.ts", "tests/faults/short.test.ts"],
    },
    {
        says: "After a reboot, a unit of your systemd brings it back",
        command: test("tests/agent/boot.test.ts"),
        where: "not run for real, no machine was rebooted: the unit and the crontab's line are written as they should be, and what they start brings the stack back, by stand-ins for systemctl and crontab",
        files: ["tests/agent/boot.test.ts"],
    },
    {
        says: "The `cpu` and `memory` of a workload are held to by the kernel",
        command: test("tests/process/limits.test.ts", "tests/process/supervisor.test.ts"),
        where: "no figure: what is written for the kernel, and that one over its memory is ended with the reason",
        files: ["tests/process/limits.test.ts", "tests/process/supervisor.test.ts"],
    },
    {
        says: "the S3, DynamoDB and KMS protocols, as AWS's SDKs speak them",
        command: test("tests/blob/*.test.ts", "tests/kv/*.test.ts", "tests/key/key.test.ts"),
        where: "no figure: AWS's own SDKs against the servers, case by case",
        files: [
            "tests/blob/objects.test.ts",
            "tests/blob/uploads.test.ts",
            "tests/blob/sigv4.test.ts",
            "tests/kv/table.test.ts",
            "tests/key/key.test.ts",
        ],
    },
    {
        says: "What a cloud cannot honour is refused by name, before anything is made",
        command: `npm run proof -- input; ${test("tests/components/app.test.ts")}`,
        where: "Bad input: refused with what to do next",
        files: [
            "tests/components/app.test.ts",
            "tests/local/live/refusals.test.ts",
            "tests/input/declarations.test.ts",
        ],
    },
    {
        says: "no request waits, or fails because nothing can be sent",
        command: test("tests/runtime/metric-drivers.test.ts", "tests/runtime/metric.test.ts"),
        where: "no figure of a request's time: that values are sent in the background, and that a server which is away throws nothing",
        files: ["tests/runtime/metric.test.ts", "tests/runtime/metric-drivers.test.ts"],
    },
    {
        says: "fills an empty KV with what another one held then",
        command: test("tests/agent/queries.test.ts", "tests/database/recovery.test.ts"),
        where: "no figure: tables to a moment, databases to a moment between two commits and by a backup's id",
        files: [
            "tests/agent/queries.test.ts",
            "tests/kv/durability.test.ts",
            "tests/database/recovery.test.ts",
            "tests/local/live/restore.test.ts",
        ],
    },
    {
        says: "20.19 or newer",
        command: test("tests/scripts/nodes.test.ts", "tests/scripts/package.test.ts"),
        where: "no figure: the guestbook is brought up and taken down with Node 22 and 24, the package is loaded on 20, 22 and 24; each part here says what it ran on",
        files: ["tests/scripts/nodes.test.ts", "tests/scripts/package.test.ts"],
    },
    {
        says: "Pulumi's command line is found, downloaded, or built",
        command: test("tests/scripts/find-pulumi.test.ts"),
        where: "no figure: each way by stand-ins for the vendor's server and for Go; nobody has downloaded the real one in a test",
        files: ["tests/scripts/find-pulumi.test.ts"],
    },
    {
        says: "change any native argument on the way in, and reach any native resource on the way out",
        command: test("tests/*/conformance.test.ts", "tests/components/stack-transform.test.ts"),
        where: "no figure: each child of each component and of each shared part, on each cloud, is changed and reached",
        files: [
            "tests/local/conformance.test.ts",
            "tests/aws/conformance.test.ts",
            "tests/gcp/conformance.test.ts",
            "tests/components/stack-transform.test.ts",
        ],
    },
    {
        says: "guards all that holds data; the default but for dev",
        command: test("tests/security/protect.test.ts"),
        where: "no figure: what is protected with each profile on each cloud, and that nothing else is",
        files: ["tests/security/protect.test.ts"],
    },
    {
        says: "This version carries out every component on `local`",
        command: test("tests/local/live/*.test.ts"),
        where: "no figure: every component with the real engine and agent: made, used, changed, mended, removed",
        files: ["tests/local/live/components.test.ts"],
    },
    {
        says: "with each cloud's own provider against an emulator or a fake of its API",
        command: "npm run test:aws; npm run test:gcp",
        where: "no figure: made, a clean preview, drift mended, nothing left; at dev, small and prod",
        files: ["tests/aws/live-guestbook-dev.test.ts", "tests/gcp/live.test.ts"],
    },
    {
        says: "on loopback only",
        command: "npm run proof -- security",
        where: "Security of local: sockets that listen, and on what",
        files: ["tests/security/local.test.ts"],
    },
    {
        says: "only healthy targets; draining",
        command: "npm run proof -- load",
        where: "Load: requests that failed while versions came and went, some of which did not work; a WebSocket and an upload outlive a release",
        files: ["tests/load/releases.test.ts", "tests/balancer/rolling.test.ts"],
    },
    {
        says: "of all of it at once, at the next `npm start` or `pulumi up`",
        command: `${faults}; ${test("tests/guestbook/deploy.test.ts")}`,
        where: "Faults: all at once; the guestbook by `npm start`, its entry and picture there",
        files: ["tests/faults/kills.test.ts", "tests/guestbook/deploy.test.ts"],
    },
    {
        says: "each workload has an account of its own",
        command: test("tests/process/supervisor.test.ts", "tests/agent/private.test.ts"),
        where: "no figure: run as root only",
        files: ["tests/process/supervisor.test.ts", "tests/agent/private.test.ts"],
    },
    {
        says: "memory is watched every 2 seconds",
        command: test("tests/process/supervisor.test.ts"),
        where: "no figure: one over its memory is ended with the reason; that it is looked at each 2 s stands in the code",
        files: ["tests/process/supervisor.test.ts"],
    },
    {
        says: "loads only that vendor's SDK",
        command: test("tests/runtime/vendors.test.ts"),
        where: "no figure: the modules that are there when a blob and a table of each vendor are open",
        files: ["tests/runtime/vendors.test.ts"],
    },
    {
        says: "What is left of it is sent when the process ends, also by SIGTERM",
        command: test("tests/runtime/metric.test.ts"),
        where: "no figure: each way in which a process ends",
        files: ["tests/runtime/metric.test.ts"],
    },
    {
        says: "One process may deploy several stacks at the same time",
        command: test("tests/embed/together.test.ts"),
        where: "no figure: each has its own, changes nothing the second time, and goes",
        files: ["tests/embed/together.test.ts"],
    },
    {
        says: "kept two years",
        command: test("tests/aws/account.test.ts"),
        where: "no figure: what the program for an account makes, under mocks",
        files: ["tests/aws/account.test.ts"],
    },
    {
        says: "all that the CIS benchmark asks for",
        command: test("tests/aws/account.test.ts"),
        where: "no figure: mail of each event that the benchmark names",
        files: ["tests/aws/account.test.ts"],
    },
    {
        says: "about 4 US dollars a month",
        where: "by AWS's list prices; nobody has paid it yet",
        files: [],
    },
    {
        says: "a million cost a dollar and a half",
        where: "by AWS's list prices; nobody has paid it yet",
        files: [],
    },
    {
        says: "7 US dollars a month less",
        where: "by what Google has asked for an endpoint an hour (docs/gcp.md); nobody has paid it yet",
        files: [],
    },
    {
        says: "for up to two hours after what ran there is gone",
        command: test("tests/scripts/held.test.ts"),
        where: "Google says so; that `npm run down` asks again until it is let go, by a stand-in",
        files: ["tests/scripts/held.test.ts"],
    },
];

/** The table. */
export function claimsTable(cell) {
    const rows = claims.map(({ says, command, where, files }) =>
        [
            `“${says}”`,
            files.length > 0 ? `\`${command}\`` : "",
            files.length > 0 ? where : `not shown: ${where}`,
            files.map((file) => `\`${file}\``).join(", "),
        ]
            .map(cell)
            .join(" | "),
    );
    return [
        "| the README says | the command that shows it | where the figure is | tests |",
        "| --- | --- | --- | --- |",
        ...rows.map((row) => `| ${row} |`),
    ].join("\n");
}
