import type { ComponentOptions } from "./component";
import type { PartIndex } from "./shape";

/** What we ourselves say of a component that we make for somebody else. */
export interface Mark {
    /** A part of an `App` is known by its name in the declaration. */
    readonly shortName?: string;
    /** A part of an `App` refers to other parts by their names. */
    readonly parts?: PartIndex;
    /** It was made for another component, and is named after it. */
    readonly derived?: boolean;
}

const marks = new WeakMap<ComponentOptions, Mark>();

/** The same options, with a mark that only we can give. */
export function marked(mark: Mark, options: ComponentOptions): ComponentOptions {
    marks.set(options, mark);
    return options;
}

export function markOf(options: ComponentOptions): Mark {
    return marks.get(options) ?? {};
}
