/** The kind `Mail`: by which relay the agent's mail goes out. There is one at most; without it, mail stays on this machine. */

import { type Host, type Kind, Refusal } from "../kind";
import { type Letter } from "./mailbox";
import { mailOf, openedMail, stopMail } from "./mail";

export interface MailInputs {
    /** `smtp://user:password@host:port`, or `smtps://…`. @default mail goes into the mailbox on this machine */
    readonly relay?: string;
    /** The sender's address. Needed with a relay. */
    readonly from?: string;
}

export interface MailOutputs {
    readonly id: string;
    /** Where apps send mail to, on this machine: it goes into the mailbox, and never further. */
    readonly url: string;
}

export interface MailKind extends Kind<MailInputs, MailOutputs> {
    /** What is in the mailbox of this machine, newest first. */
    letters(): Promise<Letter[]>;
    /** The whole text of one; undefined when it is gone. */
    letter(id: string): Promise<string | undefined>;
}

export function mailKind(host: Host): MailKind {
    const known = new Set<string>();
    return {
        name: "Mail",
        replaceOn: [],
        secrets: ["relay"],
        async apply(id, inputs) {
            const [other] = [...known].filter((each) => each !== id);
            const fault =
                faultOf(inputs) ?? (other === undefined ? undefined : `a stack has one, and there is ${other}`);
            if (fault !== undefined) {
                throw new Refusal(`Mail ${id}: ${fault}`);
            }
            const mail = await mailOf(host);
            const { relay: url, from } = inputs;
            mail.useRelay(url !== undefined && from !== undefined ? { url, from } : undefined);
            known.add(id);
            return { id, url: mail.mailbox.url };
        },
        async read(id, recorded) {
            return known.has(id) ? recorded : undefined;
        },
        async remove(id) {
            known.delete(id);
            (await mailOf(host)).useRelay(undefined);
        },
        async stop() {
            known.clear();
            await stopMail(host);
        },
        letters: async () => (await openedMail(host))?.mailbox.list() ?? [],
        letter: async (id) => (await openedMail(host))?.mailbox.read(id),
    };
}

function faultOf({ relay, from }: MailInputs): string | undefined {
    if (relay === undefined) {
        return undefined;
    }
    if (!URL.canParse(relay) || !/^smtps?:$/.test(new URL(relay).protocol)) {
        return "relay: expected smtp://… or smtps://…, but got something else"; // not shown: it has a password
    }
    return /^[^\s@]+@[^\s@]+$/.test(from ?? "") ? undefined : `from: expected an e-mail address, but got ${from}`;
}
