import { guestbook } from "./guestbook";

export const { url } = guestbook();
