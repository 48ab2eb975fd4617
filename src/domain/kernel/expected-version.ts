import { err, ok, type Result } from 'neverthrow';

/** What a change is conditional on: that the newest version is one of these. Without them it is conditional on nothing. */
export type Expecting = Readonly<{ expectedVersions?: readonly number[] }>;

/** The change was decided on another version than the newest, which is this one. Nothing was changed. */
export type VersionMismatch = Readonly<{ kind: 'VersionMismatch'; version: number }>;

/** What was read, when the change is for its version. The commit's own guard holds from the read on. */
export const atExpectedVersion = <Seen extends Readonly<{ version: number }>>(
  seen: Seen,
  { expectedVersions }: Expecting,
): Result<Seen, VersionMismatch> =>
  expectedVersions === undefined || expectedVersions.includes(seen.version)
    ? ok(seen)
    : err({ kind: 'VersionMismatch', version: seen.version });
