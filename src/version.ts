/** The version of package.json, held equal to it by a test. It is in the User-Agent of every request. */
export const VERSION = '0.1.0';
