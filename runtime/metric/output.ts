import { Console } from "node:console";

let made: Console | undefined;

/** The process's own output, past whatever an app has made of `console`. That nobody reads it any more ends no app. */
export function output(): Console {
    return (made ??= new Console({ stdout: process.stdout, stderr: process.stderr }));
}
