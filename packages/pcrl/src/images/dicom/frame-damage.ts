/** Words for what is wrong with a frame's bytes; the caller knows the file and adds it. */
export class FrameDamage extends Error {}
