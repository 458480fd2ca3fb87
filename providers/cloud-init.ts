/** What a machine with cloud-init does when it comes up: on every cloud the same. */

/** A text as one word of the shell. */
export function quoted(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A file by its content in base64: nothing in it is read as shell. */
export function fileLines(path: string, mode: string, lines: readonly string[]): string {
    const content = Buffer.from(`${lines.join("\n")}\n`).toString("base64");
    return `install -m ${mode} /dev/null ${path}\necho ${content} | base64 -d > ${path}`;
}

/** The user that a machine's command runs as. */
export const makeApp = "id app >/dev/null 2>&1 || useradd --system --home-dir /var/lib/app --shell /sbin/nologin app";

/** A service of systemd which is kept running, as the user `app`, with no more rights than it takes. */
export function unitLines(description: string, run: string): string[] {
    return [
        "[Unit]",
        `Description=${description}`,
        "Wants=network-online.target",
        "After=network-online.target cloud-final.service",
        "[Service]",
        `ExecStart=${run}`,
        "User=app",
        "StateDirectory=app",
        "RuntimeDirectory=app",
        "RuntimeDirectoryPreserve=yes",
        "WorkingDirectory=/var/lib/app",
        "Restart=always",
        "RestartSec=2",
        "AmbientCapabilities=CAP_NET_BIND_SERVICE",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "ProtectSystem=full",
        "[Install]",
        "WantedBy=multi-user.target",
    ];
}

const boundary = "==mvi-part==";

/** Several documents for cloud-init, each as what its first line says that it is. */
export function documents(parts: readonly (string | undefined)[]): string {
    const bodies = parts.filter((one) => one !== undefined);
    return [
        "MIME-Version: 1.0",
        `Content-Type: multipart/mixed; boundary="${boundary}"`,
        "",
        ...bodies.flatMap((body) => [
            `--${boundary}`,
            `Content-Type: text/${body.startsWith("#cloud-config") ? "cloud-config" : "x-shellscript"}; charset="utf-8"`,
            "",
            body,
        ]),
        `--${boundary}--`,
        "",
    ].join("\n");
}
