// A module for MVI_KINDS: in the agent that loads it, the clock stands as many milliseconds off as the file MVI_CLOCK says.
import * as fs from "node:fs";

const file = process.env.MVI_CLOCK;
const now = Date.now;
let off = 0;

if (file) {
    const look = (): void => {
        off = fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 0;
    };
    look();
    setInterval(look, 100).unref();
    const RealDate = Date;
    const shifted = () => now() + off;
    globalThis.Date = new Proxy(RealDate, {
        construct: (real, args: unknown[]) => Reflect.construct(real, args.length === 0 ? [shifted()] : args) as object,
        get: (real, name) => (name === "now" ? shifted : (Reflect.get(real, name) as unknown)),
    });
}

/** None of its own. */
export const kinds = {};
