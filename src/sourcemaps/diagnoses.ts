import { isCode } from './code-names.js';
import type { DebugId } from './debug-id.js';
import type { Diagnosis, DiagnosisKind, SourceFile, Unit } from './types.js';

type Severity = Diagnosis['severity'];

function about(
  file: SourceFile,
  kind: DiagnosisKind,
  severity: Severity,
  message: string,
  debugId?: DebugId,
): Diagnosis {
  const diagnosis = { kind, file: file.name, severity, message };
  return debugId === undefined ? diagnosis : { ...diagnosis, debugId };
}

/** What the edit can say about a file. One place for the wording. */
export const diagnoses = {
  injected: (js: SourceFile, id: DebugId) => about(js, 'injected', 'info', 'paired with its map and injected', id),

  adopted: (js: SourceFile, id: DebugId) =>
    about(js, 'injected', 'info', 'carries the snippet of a bundler plugin; its id was kept', id),

  hasId: (js: SourceFile, id: DebugId) => about(js, 'has-id', 'info', 'already has a debug id, which was kept', id),

  noId: (js: SourceFile) =>
    isCode(js.name)
      ? about(
          js,
          'no-id',
          'warning',
          'has no debug id and `inject` is off: Sentry can only match it by release and URL',
        )
      : about(js, 'no-id', 'info', 'is no JavaScript, so it is uploaded unchanged and without a debug id'),

  /** The plan's reason, with the id the script got all the same. */
  noMap: (js: SourceFile, unit: Unit, id: DebugId | undefined): Diagnosis => {
    const reason = unit.unpaired ?? about(js, 'no-map', 'warning', 'no source map was found for it');
    return id === undefined ? reason : { ...reason, debugId: id };
  },

  mapBroken: (map: SourceFile, reason: string) =>
    about(map, 'map-broken', 'error', `is skipped with its script, because ${reason}. Build it again`),

  guessBroken: (map: SourceFile, js: SourceFile, reason: string) =>
    about(
      map,
      'map-broken',
      'warning',
      `was guessed by name to be the map of ${js.name} and is left out, because ${reason}`,
    ),

  inlineBroken: (js: SourceFile, reason: string) =>
    about(js, 'map-broken', 'error', `is skipped: it has a source map inside, but ${reason}. Build it again`),

  scriptBroken: (js: SourceFile) =>
    about(js, 'script-broken', 'error', 'is skipped, because it is not valid UTF-8. Have the build write UTF-8'),

  ramBundle: (js: SourceFile) =>
    about(js, 'unsupported-bundle', 'warning', 'is an indexed RAM bundle of React Native, which is not uploaded'),

  hermesWithoutId: (js: SourceFile) =>
    about(
      js,
      'no-id',
      'warning',
      'is Hermes bytecode and its map has no debug id; have the Metro plugin of Sentry add one',
    ),

  mapOnly: (map: SourceFile, id: DebugId | undefined) =>
    about(map, 'map-only', 'info', 'is uploaded as it is: no script of the set refers to it', id),

  withoutContent: (map: SourceFile) =>
    about(
      map,
      'map-without-content',
      'warning',
      'lacks the content of some sources, and it could not be taken from the workspace: Sentry will show positions, but no code',
    ),

  doesNotFit: (map: SourceFile, js: SourceFile) =>
    about(
      map,
      'map-does-not-fit',
      'warning',
      `maps lines behind the end of ${js.name}: it was made for another build of it`,
    ),

  otherId: (map: SourceFile, js: SourceFile, id: DebugId) =>
    about(
      map,
      'map-does-not-fit',
      'warning',
      `has another debug id than ${js.name}: it was made for another build of it`,
      id,
    ),

  uncutRange: (map: SourceFile) =>
    about(
      map,
      'map-does-not-fit',
      'warning',
      'has a range mapping before the first code of its script, which may reach over the inserted snippet: positions in it may be off',
    ),

  unmovedSection: (map: SourceFile) =>
    about(
      map,
      'map-does-not-fit',
      'warning',
      'has a section that only names a URL and holds the start of the script: positions in it are one line off',
    ),
};
