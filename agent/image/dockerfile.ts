import { DockerfileParser } from "dockerfile-ast";
import { Refusal } from "../kind";
import { words } from "./words";

/** Instruction is one line of a Dockerfile, its continued lines joined. */
export interface Instruction {
    readonly keyword: string;
    /** Flags such as `--from=build`, by name; those without a value are "". */
    readonly flags: Readonly<Record<string, string>>;
    /** What follows the flags, as it is written. */
    readonly text: string;
    /** The elements, if it is written as a JSON array of strings (the exec form). */
    readonly json: readonly string[] | undefined;
    /** From 1. */
    readonly line: number;
}

/** Stage is what one FROM begins. */
export interface Stage {
    /** Image or stage that it begins with. */
    readonly from: Instruction;
    /** `AS <name>`. */
    readonly name: string | undefined;
    readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
    /** ARG before the first FROM: they can be used in FROM. */
    readonly args: readonly Instruction[];
    readonly stages: readonly Stage[];
}

/** @throws {@link Refusal} for what is not a Dockerfile, or is of a newer form than is carried out here. */
export function parseDockerfile(content: string, path: string): Dockerfile {
    const parsed = DockerfileParser.parse(content);
    const escape = parsed.getEscapeCharacter();
    const args: Instruction[] = [];
    const stages: (Stage & { instructions: Instruction[] })[] = [];
    for (const each of parsed.getInstructions()) {
        const line = each.getRange().start.line + 1;
        const raw = each.getRawArgumentsContent() ?? "";
        if (/^(RUN|COPY|ADD)$/.test(each.getKeyword()) && /(^|\s)<<-?["']?\w/.test(raw)) {
            throw new Refusal(
                `${path}:${line}: heredocs (<<) are not carried out: put the text in a file and COPY or run that`,
            );
        }
        const text = joined(raw, escape);
        const flags = "getFlags" in each && typeof each.getFlags === "function" ? (each.getFlags() as Flag[]) : [];
        const instruction: Instruction = {
            keyword: each.getKeyword(),
            flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ""])),
            text,
            json: jsonForm(text),
            line,
        };
        const stage = stages.at(-1);
        if (instruction.keyword === "FROM") {
            stages.push({ from: instruction, name: /\sas\s+(\S+)$/i.exec(text)?.[1]?.toLowerCase(), instructions: [] });
        } else if (stage !== undefined) {
            stage.instructions.push(instruction);
        } else if (instruction.keyword === "ARG") {
            args.push(instruction);
        } else {
            throw new Refusal(`${path}:${line}: ${instruction.keyword} before the first FROM`);
        }
    }
    if (stages.length === 0) {
        throw new Refusal(`${path}: there is no FROM in it`);
    }
    return { args, stages };
}

/** `A=1 B="two words"`, or the old `A two words`, as pairs; values are not expanded. */
export function pairs(text: string): [string, string][] {
    const parts = words(text);
    if (parts[0] !== undefined && !parts[0].includes("=")) {
        return [[parts[0], text.slice(parts[0].length).trim()]];
    }
    return parts.map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]);
}

/** Seconds of Docker's durations: `1m30s`, `500ms`. */
export function durationSeconds(text: string): number {
    const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 1e-6, ns: 1e-9 };
    return [...text.matchAll(/([\d.]+)(h|ms|m|s|us|ns)/g)].reduce(
        (sum, [, value, unit]) => sum + Number(value) * (units[unit ?? ""] ?? 0),
        0,
    );
}

interface Flag {
    getName(): string;
    getValue(): string | null;
}

function joined(raw: string, escape: string): string {
    const lines = raw.split(/\r?\n/);
    const kept = lines.filter((line, index) => index === 0 || !/^\s*(#|$)/.test(line));
    return kept
        .map((line) => (line.trimEnd().endsWith(escape) ? line.trimEnd().slice(0, -1) : line))
        .join("")
        .trim();
}

function jsonForm(text: string): string[] | undefined {
    if (!text.startsWith("[")) {
        return undefined;
    }
    try {
        const value: unknown = JSON.parse(text);
        return Array.isArray(value) && value.every((each) => typeof each === "string") ? value : undefined;
    } catch {
        // As Docker does: what is no JSON is in the shell form.
        return undefined;
    }
}
