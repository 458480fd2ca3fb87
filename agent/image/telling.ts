/** What a failed command of a build wrote, for a person: a screenful that has the cause in it. */

/** npm's own errors, of which the first say what is wrong; how it is called, and where it keeps its log, come after. */
const npms = /^npm (error|ERR!)/;
/** A file of the build's folder, which is gone by then. */
const keptByNpm = /complete log of this run|_logs\/\S+\.log$/;
const alike = /error|fail|fatal|cannot|not found|no such/i;

const most = { npms: 12, alike: 6, last: 8 };

/** The first lines that look like errors, the last ones, and the first ones of npm's own. */
export function tellingLines(lines: readonly string[]): string[] {
    const said = lines.filter((line) => line.replace(npms, "").trim() !== "" && !keptByNpm.test(line));
    const own = said.filter((line) => !npms.test(line));
    const last = own.slice(-most.last);
    const before = own.slice(0, -most.last);
    const errors = before.filter((line) => alike.test(line)).slice(0, most.alike);
    const cut = errors.length < before.length ? ["…"] : [];
    const theirs = said.filter((line) => npms.test(line));
    const usage = theirs.findIndex((line) => /\bUsage:$/i.test(line));
    return [...errors, ...cut, ...last, ...theirs.slice(0, usage < 0 ? most.npms : Math.min(usage, most.npms))];
}
