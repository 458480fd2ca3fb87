// A web server without dependencies, which starts, serves and fails as MODE says.
// VERSION is in each answer. At SIGTERM it answers what runs, and lets a WebSocket (an echo) go on until it is closed.
import { createHash } from "node:crypto";
import http from "node:http";

const { MODE = "fine", VERSION = "?", PORT, HOST } = process.env;
const ready = Date.now() + ({ slow: 5_000, tooSlow: 30_000 }[MODE] ?? 0);
let stopping = false;

console.log(`version ${VERSION} starts, mode ${MODE}`);
if (MODE === "crash") throw new Error(`version ${VERSION} cannot start: NO_SUCH_SETTING is not set`);
if (MODE === "exit") {
    console.log("nothing to do: bye");
    process.exit(0);
}
if (MODE === "later") setTimeout(() => process.kill(process.pid, "SIGABRT"), 4_000);

const server = http.createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    if (stopping) response.setHeader("connection", "close");
    if (request.url === "/healthz") {
        if (MODE === "unhealthy") console.log("the cache is cold: not ready");
        response.statusCode = MODE === "unhealthy" || Date.now() < ready ? 500 : 200;
        response.end();
        return;
    }
    const digest = createHash("sha256");
    let bytes = 0;
    request.on("data", (part) => {
        bytes += part.length;
        digest.update(part);
    });
    request.on("end", () => {
        const { pid } = process;
        response.end(JSON.stringify({ version: VERSION, pid, bytes, digest: digest.digest("hex") }));
    });
});

server.on("upgrade", (request, socket) => {
    const key = createHash("sha1").update(
        `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
    );
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write(`${[...head, `Sec-WebSocket-Accept: ${key.digest("base64")}`].join("\r\n")}\r\n\r\n`);
    socket.on("error", () => socket.destroy());
    // Short texts only: a masked frame of the client's comes back without its mask.
    socket.on("data", (frame) => {
        const [length, mask, body] = [frame[1] & 0x7f, frame.subarray(2, 6), frame.subarray(6)];
        const opcode = frame[0] & 0x0f;
        const text = Buffer.from(body.subarray(0, length).map((byte, index) => byte ^ mask[index % 4]));
        socket.write(Buffer.concat([Buffer.from([0x80 | opcode, length]), text]));
        if (opcode === 8) socket.end();
    });
});

server.listen(Number(PORT), HOST, () => console.log(`listening on ${PORT}`));

process.on("SIGTERM", () => {
    console.log("stopping");
    stopping = true;
    server.close(() => process.exit(0));
    server.closeIdleConnections();
});
