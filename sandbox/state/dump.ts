import { isoDate, isoDateOrNull } from '../dates.js';
import type { Bundle, Organization, Release, SandboxState } from './types.js';

/** The state as plain JSON, for `GET /_sandbox/state`. */
export function dumpState(state: SandboxState) {
  return { organizations: [...state.organizations.values()].map(dumpOrganization) };
}

function dumpOrganization(org: Organization) {
  return {
    id: org.id,
    slug: org.slug,
    projects: [...org.projects.values()],
    repositories: org.repositories.map(({ history: _, ...repository }) => repository),
    releases: [...org.releases.values()].map(dumpRelease),
    bundles: org.bundles.map(dumpBundle),
    chunks: [...org.chunks.values()].map(({ sha1, size }) => ({ sha1, size })),
    fetchJobs: org.fetchJobs,
    assembleStatus: [...org.assembleStatus].map(([checksum, status]) => ({ checksum, ...status })),
  };
}

function dumpRelease(release: Release) {
  return {
    version: release.version,
    status: release.status,
    ref: release.ref ?? null,
    url: release.url ?? null,
    userAgent: release.userAgent,
    dateCreated: isoDate(release.dateCreated),
    dateReleased: isoDateOrNull(release.dateReleased),
    projects: release.projects.map((project) => project.slug),
    commits: release.commits.map((commit) => ({
      id: commit.id,
      repository: commit.repository.name,
      message: commit.message ?? null,
      author: commit.author ?? null,
      date: isoDate(commit.date),
      patchSet: commit.patchSet,
    })),
    headCommits: release.headCommits.map((head) => ({ repository: head.repository.name, commit: head.commit })),
    deploys: release.deploys.map((deploy) => ({
      id: String(deploy.id),
      environment: deploy.environment,
      name: deploy.name ?? null,
      url: deploy.url ?? null,
      dateStarted: isoDateOrNull(deploy.dateStarted),
      dateFinished: isoDate(deploy.dateFinished),
      projects: deploy.projects.map((project) => project.slug),
    })),
    activities: release.activities,
  };
}

function dumpBundle(bundle: Bundle) {
  return {
    id: bundle.id,
    bundleId: bundle.bundleId,
    checksum: bundle.checksum,
    size: bundle.archive.size,
    releases: bundle.releases,
    projects: bundle.projects.map((project) => project.slug),
    debugIds: bundle.debugIds,
    urls: bundle.urls,
    files: bundle.files.map((file) => ({
      path: file.path,
      url: file.url ?? null,
      type: file.type ?? null,
      headers: Object.fromEntries(file.headers),
      debugId: file.debugId ?? null,
      size: bundle.archive.entrySize(file.path) ?? null,
    })),
    dateUploaded: isoDate(bundle.dateUploaded),
    dateModified: isoDate(bundle.dateModified),
  };
}
