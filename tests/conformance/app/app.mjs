// What the samples run: it stays where it is told to, serves where it is given ports, and else is a task that ends.
import http from "node:http";
import net from "node:net";

const { PORT, RAW_PORT } = process.env;
process.once("SIGTERM", () => process.exit());
console.log("begun");
if (process.argv[2] === "stay") {
    setInterval(() => undefined, 60_000); // a sidecar has the ports of what it stands beside
} else {
    if (PORT) http.createServer((request, response) => response.end(request.url)).listen(Number(PORT), "127.0.0.1");
    if (RAW_PORT) net.createServer((socket) => socket.pipe(socket)).listen(Number(RAW_PORT), "127.0.0.1");
}
