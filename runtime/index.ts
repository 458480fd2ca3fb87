export * from "./blob";
export * from "./errors";
export * from "./kv";
export * from "./metric";
export * from "./service";
