# Sourced by bootstrap.sh: what is taken from Debian. Packages for the system with apt-get, and Odoo 19, which is unpacked
# into the cache without being installed, so that the machine's own package sources stay as they are.

PB_DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
PB_ODOO_PACKAGES=(
    odoo-19
    # bundled web assets that Debian's odoo-19 replaces by links to other packages
    libjs-jquery libjs-jquery-form libjs-underscore
    fonts-inconsolata fonts-montserrat fonts-ocr-b fonts-roboto-unhinted
    # 4.7 with fontawesome-webfont.*; unstable's 7.x has none
    fonts-font-awesome/bookworm
)

pb_as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

pb_apt_install() {
    command -v apt-get >/dev/null || pb_fail "These are needed and this machine has no apt-get: $*" "Install them and run the command again."
    pb_step "apt-get update" pb_as_root apt-get update -q || true
    pb_step "apt-get install $*" \
        pb_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" ||
        pb_fail "apt-get could not install: $*" "Install them by hand and run the command again."
}

# Print the Debian mirror that this machine already uses: a source of the component `main` for one of Debian's own
# suites, first of all one whose address ends in /debian, as it does wherever the mirror has its usual layout.
pb_debian_mirror() {
    local mirrors
    mirrors="$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        awk '$1 ~ /^https?:/ && $3 == "main" && $2 ~ /^(stable|testing|unstable|sid|bullseye|bookworm|trixie|forky)$/ { print $1 }')"
    grep -m1 -E '/debian/?$' <<<"$mirrors" || grep -m1 . <<<"$mirrors"
}

pb_fetch_odoo_files() {
    local work="$1" mirror="$2" options suite
    mkdir -p "$work"/{lists,cache/archives,state}/partial "$work/deb"
    for suite in sid bookworm; do
        echo "deb [signed-by=$PB_DEBIAN_KEYRING] $mirror $suite main"
    done >"$work/sources.list"
    # The machine's own hooks (cleaning its cache, caching its lists) have no business here.
    cat >"$work/apt.conf" <<'CONF'
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
CONF
    options=(-q -c "$work/apt.conf" -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root
        -o Acquire::Languages=none)
    apt-get "${options[@]}" update || return
    (cd "$work/deb" && apt-get "${options[@]}" download "${PB_ODOO_PACKAGES[@]}")
}

pb_unpack_odoo_files() {
    local work="$1" target="$2" package placeholder
    for package in "$work"/deb/*.deb; do
        dpkg-deb -x "$package" "$target" || return
    done
    # Debian leaves this file out. The asset bundler reports its absence on the browser console, which fails every
    # browser test. It only blurs the background of video calls, so an empty one serves.
    placeholder="$target/usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation"
    mkdir -p "$placeholder"
    touch "$placeholder/selfie_segmentation.js"
    dpkg-deb -f "$work"/deb/odoo-19_*.deb Version >"$target/.version"
}

pb_fetch_odoo() {
    local target="$1" work="$1.fetch" mirror
    local own_odoo="Or get Odoo 19.0 Community yourself and name its folder in ODOO_SOURCE."
    command -v dpkg-deb >/dev/null || pb_fail "Odoo 19 is fetched as a Debian package, and this machine has no dpkg." "$own_odoo"
    mirror="${PAYMENT_BRIDGE_DEBIAN_MIRROR:-$(pb_debian_mirror)}" ||
        pb_fail "This machine's package sources name no Debian mirror." \
            "Name one in PAYMENT_BRIDGE_DEBIAN_MIRROR." "$own_odoo"
    [ -e "$PB_DEBIAN_KEYRING" ] || pb_apt_install debian-archive-keyring
    rm -rf "$work" "$target"
    pb_step "fetching Odoo 19" pb_fetch_odoo_files "$work" "$mirror" ||
        pb_fail "Odoo 19 could not be fetched from Debian's unstable suite." "Run the command again." "$own_odoo"
    pb_step "unpacking Odoo 19" pb_unpack_odoo_files "$work" "$target" || pb_fail "Odoo 19 could not be unpacked." "$own_odoo"
    rm -rf "$work"
    touch "$target/.complete"
}
