export { containerKind } from "./container";
export { type Bake, Fleet } from "./fleet";
export { fleetKind, type FleetInputs, type FleetOutputs, type FleetSort } from "./fleet-kind";
export * from "./inputs";
export { type OnceResult, type OnceSpec, runOnce } from "./once";
