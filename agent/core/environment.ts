/** The environment of the agent: what a program needs to run, and no key to anything. */
export function agentEnvironment(from: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return Object.fromEntries(Object.entries(from).filter(([name]) => ALLOWED.test(name)));
}

/**
 * Names let through. A list of what is allowed, for a list of what is forbidden always lacks one cloud: the agent outlives
 * the shell that started it, and so would each credential in that shell.
 */
const ALLOWED = new RegExp(
    "^(" +
        [
            "PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TEMP|TMP",
            "XDG_RUNTIME_DIR|XDG_CONFIG_HOME|XDG_CACHE_HOME|DBUS_SESSION_BUS_ADDRESS",
            "SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy",
            "SystemRoot|ComSpec|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA",
            "MVI_(?!SUPERVISED$).*", // that one marks what an agent runs, to be ended with it
        ].join("|") +
        ")$",
);
