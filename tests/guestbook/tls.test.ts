import "reflect-metadata"; // The library below needs it, first.
import { X509CertificateGenerator, PemConverter } from "@peculiar/x509";
import { expect } from "chai";
import { webcrypto } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { TLSSocket } from "node:tls";

interface Database {
    openDatabase(url: string): { query(text: string): Promise<unknown>; end(): Promise<void> };
}

/** A managed database's certificate is signed by its cloud's own authority, which no machine knows. */
describe("The guestbook's way to its database", () => {
    let guestbook: Database;
    let own: { key: string; cert: string };
    let server: Server;
    let speaksTls: boolean;
    const seen: { encrypted: boolean; user: string }[] = [];

    before(async () => {
        const path = join(dirname(dirname(__dirname)), "examples", "guestbook", "lib", "database.js");
        guestbook = (await import(path)) as Database;
        own = await selfSigned();
        server = createServer((socket) => {
            socket.on("error", () => socket.destroy());
            // The first message of a client that wants TLS: eight bytes, answered by one letter.
            socket.once("data", (first) => {
                if (first.readInt32BE(4) !== 80877103) return begin(socket, first, false);
                socket.write(speaksTls ? "S" : "N");
                if (!speaksTls) return;
                const secure = new TLSSocket(socket, { isServer: true, ...own });
                secure.on("error", () => socket.destroy());
                secure.once("data", (next) => begin(secure, next, true));
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });

    after(() => new Promise((resolve) => server.close(resolve)));

    beforeEach(() => seen.splice(0));

    it("with sslmode=require is encrypted, whoever signed the certificate", async () => {
        speaksTls = true;
        expect(await asked("?sslmode=require")).to.equal("known: app");
        expect(seen).to.deep.equal([{ encrypted: true, user: "app" }]);
    });

    it("with sslmode=verify-full is refused by a stranger's certificate", async () => {
        speaksTls = true;
        expect(await asked("?sslmode=verify-full")).to.match(/self-signed certificate/);
        expect(seen).to.deep.equal([]);
    });

    it("with sslmode=require never goes on in plain text", async () => {
        speaksTls = false;
        expect(await asked("?sslmode=require")).to.match(/does not support SSL/);
        expect(seen).to.deep.equal([]);
    });

    it("without sslmode is as it was: the local cloud's stays on the machine", async () => {
        speaksTls = false;
        expect(await asked("")).to.equal("known: app");
        expect(seen).to.deep.equal([{ encrypted: false, user: "app" }]);
    });

    async function asked(query: string): Promise<string> {
        const { port } = server.address() as AddressInfo;
        const pool = guestbook.openDatabase(`postgres://app:password@127.0.0.1:${port}/app${query}`);
        return pool
            .query("select")
            .then(
                () => "answered",
                (error: Error) => error.message,
            )
            .finally(() => pool.end());
    }

    /** Takes the first message of the protocol itself, and ends by an error that says whom it knows. */
    function begin(socket: Socket, message: Buffer, encrypted: boolean): void {
        const fields = message.subarray(8).toString().split("\0");
        const user = fields[fields.indexOf("user") + 1]!;
        seen.push({ encrypted, user });
        const text = Buffer.from(`SFATAL\0C28000\0Mknown: ${user}\0\0`);
        const head = Buffer.alloc(5, "E");
        head.writeInt32BE(text.length + 4, 1);
        socket.end(Buffer.concat([head, text]));
    }
});

async function selfSigned(): Promise<{ key: string; cert: string }> {
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const cert = await X509CertificateGenerator.createSelfSigned({
        name: "CN=database",
        keys,
        signingAlgorithm: algorithm,
        notBefore: new Date(Date.now() - 60_000),
        notAfter: new Date(Date.now() + 3_600_000),
    });
    const key = PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
    return { key, cert: cert.toString("pem") };
}
