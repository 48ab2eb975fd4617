/** Node has these algorithms itself; in JavaScript they are for machines whose Node was built without. */
class Absent {
  constructor() {
    throw new Error('this Node was built without the algorithms of node:crypto');
  }
}

export { Absent as Md5Js, Absent as Sha1Js, Absent as Sha256Js };
