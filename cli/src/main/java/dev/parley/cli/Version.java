package dev.parley.cli;

import picocli.CommandLine.IVersionProvider;

/// What `parley --version` prints: the release, the commit it was built from and the Java it runs
/// on.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"parley " + release(), "java " + Runtime.version()};
  }

  private static String release() {
    String release = Version.class.getPackage().getImplementationVersion();
    return release == null ? "(not built as a jar)" : release;
  }
}
