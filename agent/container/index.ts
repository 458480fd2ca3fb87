export { containerKind } from "./container";
export { type Bake, Fleet } from "./fleet";
export * from "./inputs";
export { type OnceResult, type OnceSpec, runOnce } from "./once";
