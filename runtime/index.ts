export * from "./blob";
export * from "./errors";
export * from "./kv";
export * from "./service";
