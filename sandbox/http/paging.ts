import type { Answer } from './answer.js';
import { detail } from './answer.js';
import type { Exchange } from './exchange.js';

interface Page {
  readonly offset: number;
  readonly limit: number;
}

/**
 * Cuts one page out of a list and adds the `Link` header as Sentry writes it: both links always, `results` says whether that
 * page has rows.
 */
export function paged<Row>(
  exchange: Exchange,
  rows: readonly Row[],
  show: (row: Row) => unknown,
  perPageDefault = 100,
): Answer {
  const { offset, limit } = readPage(exchange.query, perPageDefault);
  const items = rows.slice(offset, offset + limit);
  const previous = Math.max(0, offset - limit);
  const links = [
    link(exchange, 'previous', offset > 0, `0:${previous}:1`),
    link(exchange, 'next', offset + limit < rows.length, `0:${offset + limit}:0`),
  ];
  return { status: 200, headers: { Link: links.join(', ') }, json: items.map(show) };
}

function readPage(query: URLSearchParams, perPageDefault: number): Page {
  const perPage = query.get('per_page');
  const limit = perPage === null ? perPageDefault : Number(perPage);
  if (!Number.isInteger(limit) || perPage?.trim() === '') throw detail(400, 'Invalid per_page parameter.');
  if (limit < 1) throw detail(400, 'Invalid per_page value. Must be between 1 and 100.');
  if (limit > 100) throw detail(400, `Invalid per_page value. Cannot exceed ${100}.`);
  return { limit, offset: readCursor(query.get('cursor')) };
}

function readCursor(cursor: string | null): number {
  if (cursor === null || cursor === '') return 0;
  const match = /^-?\d+(?:\.\d+)?:(\d+):([01])$/.exec(cursor);
  if (match === null) throw detail(400, 'Invalid cursor parameter.');
  return Number(match[1]);
}

function link(exchange: Exchange, rel: string, results: boolean, cursor: string): string {
  const query = new URLSearchParams(exchange.query);
  query.delete('cursor');
  const base = `${exchange.services.url()}${exchange.path}?`;
  const rest = query.size === 0 ? '' : query.toString();
  return `<${base}${rest}&cursor=${cursor}>; rel="${rel}"; results="${results}"; cursor="${cursor}"`;
}
