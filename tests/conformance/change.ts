import type { ComponentOptions } from "../../components/component";

type Make<T> = (options: ComponentOptions) => T;

/** Change is one argument with another value than it has: its default, or `from`. */
export interface Change {
    /** Where: `health.interval`, `routes.0.host`. */
    readonly path: string;
    /** What it is beside, or which value it is, where the same is tried more than once: `asked by TCP`, `sun 05:30`. @default none */
    readonly when?: string;
    /** The value, or what makes it: made for both sides, so that its own resources are no difference. */
    readonly to: unknown;
    /** What it is otherwise. @default what the way, or `with`, has there: mostly nothing */
    readonly from?: unknown;
    /** What it needs beside it, on both sides. @default nothing */
    readonly with?: object | Make<object>;
    /** Ways in which no cloud takes it. @default none */
    readonly not?: readonly string[];
    /** The only ways in which any cloud takes it. @default all */
    readonly only?: readonly string[];
    /** What is done alike in all ways: tried in the first one only, but for `npm run proof`. @default false */
    readonly common?: true;
    /** It says how long a deployment may take: honoured by the time that the engine gives its resources. @default false */
    readonly timed?: true;
    /** Resources by the beginnings of their names that do not count: they go when it is given, whatever is done with it. */
    readonly apart?: readonly string[];
}

/** Changes is what is tried of a service: each of its arguments, in each way that a cloud may carry out by other resources. */
export interface Changes {
    /** The least that makes it so, by what it is then: `a container over HTTP`. */
    readonly ways: Readonly<Record<string, Make<object>>>;
    /** What a cloud must not lack for a way. @default nothing */
    readonly needs?: Readonly<Record<string, string>>;
    readonly changes: readonly Change[];
    /** What stands beside it, for what only others make a difference of. @default nothing */
    readonly beside?: (made: never, options: ComponentOptions) => void;
    /** What it gives to its users is looked at too: in all ways, or in these. @default in none */
    readonly linked?: true | readonly string[];
}
