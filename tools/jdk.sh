# Finds a JDK of release 25 or newer, without starting one. Sourced by ./parley and the tools.
# shellcheck shell=bash disable=SC2034
#
#   find_jdk    sets JDK_HOME and JDK_VERSION (25.0.3+9-LTS, say); returns 1 if there is none.
#   no_jdk      says on standard error what was found and what to do.

# Services start without HOME; bash knows where it is, and so does Maven then.
[ -n "${HOME:-}" ] || { unset HOME; HOME=~; }
export HOME

JDK_RELEASE=25
JDK_HOME=
JDK_VERSION=
jdk_too_old=

# The feature release of the JDK in $1 into jdk_feature, its full version into jdk_full.
read_jdk() {
  jdk_feature=0
  jdk_full=
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local key value
  while IFS='=' read -r key value || [ -n "$key" ]; do
    value=${value%$'\r'}
    value=${value#\"}
    value=${value%\"}
    case $key in
      JAVA_RUNTIME_VERSION) jdk_full=$value ;;
      JAVA_VERSION) jdk_feature=${value%%[!0-9]*} ;;
    esac
  done <"$1/release"
  [ -n "$jdk_full" ] || jdk_full=$jdk_feature
  [ "${jdk_feature:-0}" -gt 0 ]
}

# Takes the JDK in $1 if it is new enough.
try_jdk() {
  read_jdk "$1" || return 1
  if [ "$jdk_feature" -lt "$JDK_RELEASE" ]; then
    case "$jdk_too_old" in
      *" $1 ("*) ;;
      *) jdk_too_old="$jdk_too_old $1 ($jdk_feature)" ;;
    esac
    return 1
  fi
  JDK_HOME=$1
  JDK_VERSION=$jdk_full
}

# The home of the `java` that PATH finds, or nothing.
jdk_on_path() {
  local java link
  java=$(command -v java) || return 1
  while [ -L "$java" ]; do
    link=$(readlink "$java")
    case $link in
      /*) java=$link ;;
      *) java=${java%/*}/$link ;;
    esac
  done
  (cd -P "${java%/*}/.." 2>/dev/null && pwd)
}

find_jdk() {
  if [ -n "${PARLEY_JAVA_HOME:-}" ]; then
    # Who names a JDK wants that one, or to hear why not.
    try_jdk "$PARLEY_JAVA_HOME"
    return
  fi
  local home
  if [ -n "${JAVA_HOME:-}" ]; then
    try_jdk "$JAVA_HOME" && return
  fi
  home=$(jdk_on_path) && try_jdk "$home" && return
  for home in \
    /usr/lib/jvm/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
    "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* \
    "$HOME"/.jdks/*/Contents/Home \
    "$HOME"/.local/share/mise/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/*/Contents/Home \
    "$HOME"/.asdf/installs/java/* \
    /opt/java/* \
    /opt/jdk*; do
    try_jdk "$home" && return
  done
  return 1
}

no_jdk() {
  {
    if [ -n "${PARLEY_JAVA_HOME:-}" ]; then
      echo "parley: PARLEY_JAVA_HOME is $PARLEY_JAVA_HOME (expected: the home of a JDK >= $JDK_RELEASE)."
    else
      echo "parley: needs a JDK of release $JDK_RELEASE or newer and found none."
    fi
    [ -z "$jdk_too_old" ] || echo "Found, but too old:$jdk_too_old"
    echo "Install one in any of these ways, then run the command again:"
    case $(uname -s) in
      Darwin) echo "  brew install openjdk" ;;
      *) echo "  your system's package manager: openjdk-$JDK_RELEASE-jdk, java-$JDK_RELEASE-openjdk-devel, jdk-openjdk or similar" ;;
    esac
    echo "  sdk install java $JDK_RELEASE-tem      (https://sdkman.io)"
    echo "  download Temurin $JDK_RELEASE           (https://adoptium.net)"
    echo "If it is installed where nobody looks: PARLEY_JAVA_HOME=/path/to/jdk"
  } >&2
}
