/** What can be wrong with the store of files, for every resource that has some there. */
export const STORE_PROBLEMS = {
  TooManyFiles: {
    status: 503,
    code: 'too_many_files',
    title: 'Too many files are being sent',
    detail: 'Nothing is stored. Send the file again.',
    retryAfterS: 5,
  },
  UploadNotFound: {
    status: 409,
    code: 'upload_not_found',
    title: 'The upload was given up in the meantime',
    detail: 'Nothing is stored. Send the file again.',
  },
  UploadCut: {
    status: 400,
    code: 'upload_cut',
    title: 'The file did not arrive whole',
    detail: 'Nothing is stored. Send the file again.',
  },
  ObjectDamaged: {
    status: 500,
    code: 'object_damaged',
    title: 'The file is damaged',
    detail: 'What is stored is not what was written. Make the file again.',
  },
  ObjectStoreUnavailable: {
    status: 503,
    code: 'object_store_unavailable',
    title: 'The store of files is not available',
    detail: 'Repeat the request.',
    retryAfterS: 5,
  },
} as const;
