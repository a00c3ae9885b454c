const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * How long to wait before the attempt after `failures` failed ones: anything up to a limit that doubles each time,
 * so that clients which lost the same server do not come back all at once.
 */
export function pause(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
}
