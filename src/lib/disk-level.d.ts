export function diskLevel(room: { free: number; size: number }): 'ok' | 'warning' | 'error';
export function inUnits(bytes: number): string;
