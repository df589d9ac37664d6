/** Edge lengths in pixels that are made of each avatar. */
export const AVATAR_SIZES = [64, 256, 512] as const;
export type AvatarSize = (typeof AVATAR_SIZES)[number];
