import "reflect-metadata"; // The library below needs it, first.
import {
    AuthorityKeyIdentifierExtension,
    BasicConstraintsExtension,
    ExtendedKeyUsage,
    ExtendedKeyUsageExtension,
    type Extension,
    KeyUsageFlags,
    KeyUsagesExtension,
    type JsonName,
    PemConverter,
    SubjectAlternativeNameExtension,
    SubjectKeyIdentifierExtension,
    X509Certificate,
    X509CertificateGenerator,
    type X509CertificateCreateWithKeyParams,
} from "@peculiar/x509";
import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { randomBytes, webcrypto } from "node:crypto";
import { writeAtomic } from "../core/files";
import { Refusal, type Host } from "../kind";

const day = 86_400_000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Leaf is a server's certificate. */
export interface Leaf {
    /** PEM. */
    readonly key: string;
    /** PEM. */
    readonly certificate: string;
    readonly renewAt: number;
    readonly endsAt: number;
}

export interface AuthorityOptions {
    /** Milliseconds since 1970. @default Date.now */
    readonly now?: () => number;
    /** Validity of a leaf, in milliseconds. @default 90 days */
    readonly leafMs?: number;
    /** Time before its end at which a leaf is renewed, in milliseconds. @default 30 days */
    readonly renewMs?: number;
}

/** Authority is the certificate authority of one agent. Its key never leaves the disk but sealed. */
export class Authority {
    readonly now: () => number;
    /** How often certificates are to be looked at for renewal, in milliseconds: none is late. */
    readonly checkMs: number;
    readonly #leafMs: number;
    readonly #renewMs: number;

    private constructor(
        /** Path of the authority's certificate in PEM, for clients to trust: `curl --cacert`. */
        readonly caPath: string,
        private readonly certificate: X509Certificate,
        private readonly key: webcrypto.CryptoKey,
        options: AuthorityOptions,
    ) {
        this.now = options.now ?? Date.now;
        this.#leafMs = options.leafMs ?? 90 * day;
        this.#renewMs = options.renewMs ?? 30 * day;
        this.checkMs = Math.min(3_600_000, this.#renewMs / 10, (this.#leafMs - this.#renewMs) / 4);
    }

    /** Brings back the agent's authority, or makes one: also when its end is nearer than that of a leaf would be. */
    static async open(host: Host, options: AuthorityOptions = {}): Promise<Authority> {
        const folder = host.folder("authority");
        const [caPath, keptPath] = [join(folder, "ca.pem"), join(folder, "authority.json")];
        const now = (options.now ?? Date.now)();
        let kept = existsSync(keptPath) ? await restore(host, keptPath) : undefined;
        if (kept !== undefined && kept.certificate.notAfter.getTime() < now + (options.leafMs ?? 90 * day)) {
            host.report(`certificate authority: ${caPath} ends soon, so there is a new one: let clients trust it anew`);
            kept = undefined;
        }
        const { certificate, key } = kept ?? (await create(host, keptPath, now));
        // Always: so a lost or an edited ca.pem comes back.
        writeAtomic(caPath, certificate.toString("pem"));
        return new Authority(caPath, certificate, key, options);
    }

    /** A certificate for `names`: DNS names, `*.x`, or addresses. It holds also when the clock is set back, by a day at most. */
    async issue(names: readonly string[]): Promise<Leaf> {
        const now = this.now();
        const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
        const endsAt = Math.min(now + this.#leafMs, this.certificate.notAfter.getTime());
        const certificate = await generate({
            subject: `CN=${(names[0] ?? "localhost").slice(0, 64)}`,
            issuer: this.certificate.subject,
            publicKey: keys.publicKey,
            signingKey: this.key,
            notBefore: new Date(now - day),
            notAfter: new Date(endsAt),
            extensions: [
                new BasicConstraintsExtension(false, undefined, true),
                new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
                new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
                new SubjectAlternativeNameExtension(
                    names.map((name) => ({ type: isIP(name) === 0 ? ("dns" as const) : ("ip" as const), value: name })),
                ),
                await AuthorityKeyIdentifierExtension.create(this.certificate, false),
                await SubjectKeyIdentifierExtension.create(keys.publicKey, false),
            ],
        });
        return {
            key: await pemOf(keys.privateKey),
            certificate: certificate.toString("pem"),
            renewAt: endsAt - this.#renewMs,
            endsAt,
        };
    }
}

interface Kept {
    readonly certificate: X509Certificate;
    readonly key: webcrypto.CryptoKey;
}

async function create(host: Host, path: string, now: number): Promise<Kept> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const name: JsonName = [
        { CN: [`pulumi-mvi ${host.stack} on ${hostname()}`.slice(0, 64)] },
        { O: ["pulumi-mvi local"] },
    ];
    const end = new Date(now);
    end.setUTCFullYear(end.getUTCFullYear() + 10);
    const certificate = await generate({
        subject: name,
        issuer: name,
        publicKey: keys.publicKey,
        signingKey: keys.privateKey,
        notBefore: new Date(now - day),
        notAfter: end,
        extensions: [
            new BasicConstraintsExtension(true, 0, true),
            new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
            await SubjectKeyIdentifierExtension.create(keys.publicKey, false),
        ],
    });
    const key = await pemOf(keys.privateKey);
    writeAtomic(path, JSON.stringify({ certificate: certificate.toString("pem"), key: host.vault.seal(key) }));
    return { certificate, key: keys.privateKey };
}

async function restore(host: Host, path: string): Promise<Kept> {
    try {
        const { certificate, key } = JSON.parse(readFileSync(path, "utf8")) as { certificate: string; key: string };
        const bytes = PemConverter.decode(host.vault.open(key))[0] as ArrayBuffer;
        return {
            certificate: new X509Certificate(certificate),
            key: await webcrypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]),
        };
    } catch (error) {
        const why = (error as Error).message;
        throw new Refusal(`Certificate authority: ${path} does not open (${why}): remove it to get a new authority`);
    }
}

function generate(
    parts: Omit<X509CertificateCreateWithKeyParams, "signingAlgorithm"> & { extensions: Extension[] },
): Promise<X509Certificate> {
    const serialNumber = randomBytes(16);
    // The number must be positive and not zero.
    serialNumber[0] = (serialNumber[0] as number & 0x7f) | 0x40;
    const full = { ...parts, serialNumber: serialNumber.toString("hex"), signingAlgorithm: algorithm };
    return X509CertificateGenerator.create(full);
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
    return PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}
