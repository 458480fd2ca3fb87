import { Container, Log } from "../../components";

const image = `ghcr.io/example/app@sha256:${"0".repeat(64)}`;

/** What is used as neither example uses it: a service is called from within, and a log is read. */
export function linked(): void {
    const api = new Container("api", { image, port: 8080 });
    const lines = new Log("lines");
    new Container("web", { image, port: 8080, uses: [api, lines.readOnly()] });
}
