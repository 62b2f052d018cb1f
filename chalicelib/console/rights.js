// What the caller may do with an image, to hide other actions. The registry checks it anyway.
export function rightsOf(session, image, status) {
  const owns = session.admin || (image.owner !== null && image.owner === session.tenant);
  const change = owns && session.may("create_image");
  return {
    owns,
    change,
    publish: change && session.may("publicize_image"),
    deactivate: change && (status === "active" || status === "deprecated"),
    deprecate: change && status === "active",
    reactivate: change && (status === "deactivated" || status === "deprecated"),
    share: change && ["shared", "public"].includes(image.visibility),
    download: (status === "active" || status === "deprecated" || (status === "deactivated" && session.admin)) && session.may("read_images"),
    delete: owns && session.may("delete_image"),
    answer: !owns && image.visibility === "shared",
    see: { history: owns, members: owns || image.visibility === "shared" },
  };
}
