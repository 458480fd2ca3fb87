/** Mail of a stack: what the agent writes to people goes to its relay or, without one, to the mailbox on this machine. */

import * as fs from "node:fs";
import * as path from "node:path";
import { createTransport } from "nodemailer";
import { readOrRefuse, writeAtomic } from "../core/files";
import { type Host } from "../kind";
import { type Clock, realClock } from "../metric/clock";
import { type Mailbox, openMailbox } from "./mailbox";
import { type Message, openOutbox, type Posted } from "./outbox";

export interface Mail {
    readonly mailbox: Mailbox;
    /** Returns when it is on disk, from where it is sent, once. */
    send(message: Message): void;
    waiting(): Posted[];
    /** Sends by this relay from now on, or to the mailbox without one. Kept sealed. */
    useRelay(relay: Relay | undefined): void;
    stop(): Promise<void>;
}

export interface Relay {
    /** `smtp://user:password@host:port`, or `smtps://…` */
    readonly url: string;
    /** The sender's address. */
    readonly from: string;
}

const opened = new WeakMap<Host, Promise<Mail>>();

/** The mail of `host`, which is there from the first use of it until {@link Mail.stop}. */
export function mailOf(host: Host, clock: Clock = realClock): Promise<Mail> {
    let mail = opened.get(host);
    if (!mail) {
        mail = open(host, clock);
        opened.set(host, mail);
        mail.catch(() => opened.delete(host)); // the next one tries again; this one's fault goes to the caller
    }
    return mail;
}

/** The mail of `host`, if something of the stack sends or takes any: to look at it opens nothing. */
export const openedMail = (host: Host): Promise<Mail> | undefined => opened.get(host);

/** Ends the mail of `host`, when it was used. */
export async function stopMail(host: Host): Promise<void> {
    const mail = await opened.get(host)?.catch(() => undefined); // what did not open has nothing to end
    opened.delete(host);
    await mail?.stop();
}

async function open(host: Host, clock: Clock): Promise<Mail> {
    const folder = host.folder("mail");
    const file = path.join(folder, "relay");
    const todo = "remove it, and name the relay anew";
    let relay = readOrRefuse(file, (text) => JSON.parse(host.vault.open(text)) as Relay, todo);
    const mailbox = await openMailbox(host, path.join(folder, "box"), clock);
    const outbox = openOutbox({
        folder: path.join(folder, "out"),
        clock,
        report: (line) => host.report(line),
        deliver: (message) => (relay ? byRelay(relay, host, message) : toMailbox(mailbox, host, message)),
    });
    return {
        mailbox,
        send: (message) => outbox.send(message),
        waiting: () => outbox.waiting(),
        useRelay(given) {
            relay = given;
            if (given) {
                writeAtomic(file, host.vault.seal(JSON.stringify(given)));
            } else {
                fs.rmSync(file, { force: true });
            }
            outbox.retry();
        },
        async stop() {
            await outbox.stop();
            await mailbox.stop();
        },
    };
}

const LOCAL_SENDER = "alarms@localhost";

async function byRelay(relay: Relay, host: Host, message: Posted): Promise<void> {
    // To another machine nothing goes in plain text: `?requireTLS=false` in the relay's URL allows it.
    const requireTLS = !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(relay.url).hostname);
    const patience = { connectionTimeout: 20_000, greetingTimeout: 20_000, socketTimeout: 60_000 };
    const transport = createTransport({ url: relay.url, requireTLS, ...patience });
    try {
        await transport.sendMail(composed(relay.from, host, message));
    } finally {
        transport.close();
    }
}

async function toMailbox(mailbox: Mailbox, host: Host, message: Posted): Promise<void> {
    const composer = createTransport({ streamTransport: true, buffer: true, newline: "windows" });
    const { message: raw } = await composer.sendMail(composed(LOCAL_SENDER, host, message));
    mailbox.deliver({ from: LOCAL_SENDER, to: [message.to] }, raw as Buffer);
}

function composed(from: string, host: Host, { id, to, subject, text, time }: Posted): object {
    const domain = host.stack.replace(/[^A-Za-z0-9.-]/g, ".");
    return {
        from: { name: host.stack, address: from },
        to,
        subject,
        text,
        date: new Date(time),
        messageId: `<${id}.${time}@${domain}.mvi>`,
        headers: { "Auto-Submitted": "auto-generated" },
        disableFileAccess: true,
        disableUrlAccess: true,
    };
}
