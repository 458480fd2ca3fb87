/** One JSON object per line on stdout, which every cloud's log service reads. Never give it a secret, a URL with one, or a message of a guest. */
export function log(level, message, fields = {}) {
    console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}

/** What of an error may stand in a log: drivers put the address of a server in it, and no password. */
export function cause(error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}
