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
        command: test("tests/scripts/passed.test.ts"),
        where: "that what passed with the same files is not run again; of `npm start` no command: by hand, at 9d1db5e, 480 s with empty caches, Pulumi built from its modules on a busy machine, and 5 s the second time",
        files: ["tests/scripts/passed.test.ts"],
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
];

/** The table. */
export function claimsTable(cell) {
    const rows = claims.map(({ says, command, where, files }) =>
        [
            `“${says}”`,
            files.length > 0 ? `\`${command}\`` : "",
            files.length > 0 ? where : "not shown",
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
