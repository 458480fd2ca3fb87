import { spawn } from "node:child_process";
import { get } from "node:http";
import { connect } from "node:net";
import { outOfPatience } from "../core/patience";
import { type Account } from "../process/account";
import { signalProcess } from "../process/records";
import { type Port, type Probe } from "./inputs";
import { portVariable } from "./ports";

/** What a probe is asked of. */
export interface Subject {
    readonly declared: readonly Port[];
    /** What stands for them on this machine, by name. */
    readonly ports: Readonly<Record<string, number>>;
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly account: Account | undefined;
}

/** Asks once. Resolves to what was wrong, or to undefined when all is well. */
export async function ask(probe: Probe, subject: Subject): Promise<string | undefined> {
    const ms = probe.timeoutSeconds * 1000;
    if (probe.command !== undefined) {
        return runs(
            probe.command.map((word) => here(word, subject)),
            subject,
            ms,
        );
    }
    const name = probe.port ?? Object.keys(subject.ports)[0];
    const port = name === undefined ? undefined : subject.ports[name];
    if (name === undefined || port === undefined) {
        return probe.port === undefined ? undefined : `there is no port named ${probe.port}`;
    }
    const silent = `nothing listens on port ${port}: ${todo(name, subject)}`;
    return probe.path === undefined ? connects(port, silent, ms) : answers(port, probe.path, silent, ms);
}

/** A command that asks at a declared port, as `curl localhost:3000`, asks at the one that stands for it here. */
function here(text: string, { declared, ports }: Subject): string {
    return text.replace(/(localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)/g, (whole, name: string, number: string) => {
        const port = declared.find((each) => each.port === Number(number));
        return port === undefined ? whole : `${name}:${ports[port.name]}`;
    });
}

/** Most programs listen on the declared number, which they know from elsewhere: in a container there is no other. */
function todo(name: string, { declared, ports }: Subject): string {
    const variable = name === Object.keys(ports)[0] ? "PORT" : portVariable(name);
    const there = declared.find((each) => each.name === name)?.port;
    return `listen on the one in $${variable}, which on this machine is not the declared ${there}`;
}

function answers(port: number, path: string, silent: string, ms: number): Promise<string | undefined> {
    const what = `GET ${path}`;
    return new Promise((resolve) => {
        const request = get({ host: "127.0.0.1", port, path, agent: false, headers: { "user-agent": "mvi-health" } });
        const stop = outOfPatience(ms, () => {
            resolve(`${what}: no answer within ${ms / 1000} s`);
            request.destroy();
        });
        const done = (fault: string | undefined) => {
            stop();
            resolve(fault);
            request.destroy();
        };
        request.on("response", ({ statusCode = 0 }) =>
            done(statusCode >= 200 && statusCode < 400 ? undefined : `${what}: status ${statusCode}`),
        );
        request.on("error", (error: NodeJS.ErrnoException) => done(`${what}: ${plain(error, silent)}`));
    });
}

function connects(port: number, silent: string, ms: number): Promise<string | undefined> {
    return new Promise((resolve) => {
        const socket = connect({ host: "127.0.0.1", port });
        const stop = outOfPatience(ms, () => done(`no answer within ${ms / 1000} s`));
        const done = (fault: string | undefined) => {
            stop();
            socket.destroy();
            resolve(fault === undefined ? undefined : `TCP connect: ${fault}`);
        };
        socket.on("connect", () => done(undefined));
        socket.on("error", (error: NodeJS.ErrnoException) => done(plain(error, silent)));
    });
}

function runs(command: readonly string[], subject: Subject, ms: number): Promise<string | undefined> {
    const what = command.join(" ");
    return new Promise((resolve) => {
        const { cwd, env, account } = subject;
        const child = spawn(command[0] ?? "", command.slice(1), {
            cwd,
            env,
            detached: true,
            stdio: "ignore",
            ...(account ?? {}),
        });
        const stop = outOfPatience(ms, () => {
            resolve(`${what}: not done within ${ms / 1000} s`);
            if (child.pid !== undefined) {
                signalProcess(-child.pid, "SIGKILL");
            }
        });
        child.on("error", (error) => {
            stop();
            resolve(`${what}: ${error.message}`);
        });
        child.on("exit", (code, signal) => {
            stop();
            resolve(code === 0 ? undefined : `${what}: ${code === null ? `signal ${signal}` : `exit code ${code}`}`);
        });
    });
}

function plain(error: NodeJS.ErrnoException, silent: string): string {
    return error.code === "ECONNREFUSED" ? silent : error.message;
}
