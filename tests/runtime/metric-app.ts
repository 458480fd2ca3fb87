/** An app that counts two orders, and ends in one of several ways. */
import { openMetric } from "../../runtime/metric";

const orders = openMetric(process.env.ORDERS_URL);
orders.add(2);
const way = process.argv[2];
if (way === "exit") process.exit(3);
if (way === "close") void orders.close().then(() => process.exit(4));
if (way === "own") process.once("SIGTERM", () => setTimeout(() => process.exit(5), 500));
if (way === "wait" || way === "own") setInterval(() => undefined, 60_000);
if (way !== "quiet") console.log("counted");
