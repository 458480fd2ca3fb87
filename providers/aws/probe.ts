import type { HealthSpec } from "../../components/health";

/**
 * ECS asks within the container: by the command that was given, or for a path by whatever the image has to ask with. One
 * that has nothing fails, and says so in the task's health.
 */
export function probe(health: HealthSpec, port: number | undefined) {
    const { path, command, interval, timeout, failures, startup } = health;
    const asked = command ? ["CMD", ...command] : path === undefined ? undefined : ["CMD-SHELL", ask(port!, path)];
    if (!asked) return undefined;
    // ECS's own bounds: a check takes 2 seconds at least, and the start 300 at most.
    return {
        command: asked,
        interval,
        timeout: Math.max(timeout, 2),
        retries: failures,
        startPeriod: Math.min(startup, 300),
    };
}

function ask(port: number, path: string): string {
    const url = `'http://127.0.0.1:${port}${path.replaceAll("'", "%27")}'`;
    return [
        `if command -v curl >/dev/null; then curl -fsS -o /dev/null ${url}`,
        `elif command -v wget >/dev/null; then wget -q -O /dev/null ${url}`,
        `elif command -v node >/dev/null; then node -e "fetch(process.argv[1]).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))" ${url}`,
        `elif command -v python3 >/dev/null; then python3 -c "import sys,urllib.request as u;u.urlopen(sys.argv[1])" ${url}`,
        `else echo "no curl, wget, node or python3 to ask with" >&2; exit 1; fi`,
    ].join("; ");
}
