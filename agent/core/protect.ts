/** What is said to whom a resource refuses to go, as there are data in it. */
export const letGo =
    "set `protect: false` on it in the program (or `mvi:protect` of the stack; `forceDestroy: true` of a resource by " +
    "itself), run `pulumi up`, and remove it then";
