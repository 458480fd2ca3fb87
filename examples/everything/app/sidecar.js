/** Stands beside the server: says that it is there, and waits to be told to end. */
console.log(`${process.env.ROLE} is there`);
const alive = setInterval(() => {}, 60_000);
process.once("SIGTERM", () => clearInterval(alive));
