/** A source map that cannot be used, with the reason as a clause: `its version is 2, not 3`. */
export class MapFault extends Error {
  override readonly name = 'MapFault';
}

/** Text of a file that is not JSON from this byte on. */
export function malformedAt(offset: number): MapFault {
  return new MapFault(`it is malformed JSON at byte ${offset}`);
}
