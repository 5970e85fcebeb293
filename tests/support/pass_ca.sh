#!/usr/bin/env bash
# A throw-away authority in the shape of Apple's: root, intermediate, and certificates that say
# what a Pass Type ID certificate says. Made by the openssl program alone, none of it by us.
# usage: pass_ca.sh DIR
#   root.pem wwdr.pem          the chain           twin.pem      the intermediate's name, other key
#   pass.pem pass.key          good (RSA)          locked.key    pass.key under "open sesame"
#   expired.pem future.pem     of pass.key         other.key     of no certificate
#   ec.pem ec.key              good (P-256)        plain.pem     pass.key, but says no pass type
#   apples.pem alien.pem       of pass.key, with a critical extension of Apple's, of nobody's
#   two.pem                    of pass.key; its UID says another pass type than its extension
#   past.pem                   the intermediate, expired, as Apple's first is
#   pass.p12 legacy.p12        certificate and key in one file; with RC2, as Apple's Keychain exports
set -euo pipefail
cd "$1"
subject='/UID=pass.com.example.countermark/CN=Pass Type ID: pass.com.example.countermark/OU=ABCDE12345/O=Example/C=NL'
cat >ca.cnf <<'END'
[ca]
default_ca = all
[all]
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = none
[anything]
userId = optional
commonName = optional
organizationalUnitName = optional
organizationName = optional
countryName = optional
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[pass]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
1.2.840.113635.100.6.1.16 = ASN1:UTF8String:pass.com.example.countermark
[apples]
keyUsage = critical,digitalSignature
1.2.840.113635.100.6.3.2 = critical,ASN1:NULL
[alien]
keyUsage = critical,digitalSignature
1.3.6.1.4.1.99999.1 = critical,ASN1:NULL
[plain]
keyUsage = critical,digitalSignature
END
: >index.txt
exec 2>openssl.log
key() { openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1"; }
for name in root wwdr twin pass other; do key $name.key & done
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key
wait
openssl req -new -key root.key -subj '/CN=Countermark Test Root' -out root.csr
openssl ca -batch -notext -config ca.cnf -in root.csr -out root.pem -selfsign -keyfile root.key \
  -extensions authority -startdate 20200101000000Z -enddate 20491231000000Z
# issue OUT KEY SUBJECT EXTENSIONS ISSUER START END
issue() {
  openssl req -new -key "$2" -subj "$3" -out "$1.csr"
  openssl ca -batch -notext -config ca.cnf -in "$1.csr" -out "$1" -cert "$5.pem" -keyfile "$5.key" \
    -extensions "$4" -startdate "$6" -enddate "$7" -preserveDN
}
wwdr='/CN=Countermark Test Relations/OU=G4/O=Countermark Test/C=NL'
issue wwdr.pem wwdr.key "$wwdr" authority root 20200101000000Z 20491231000000Z
issue twin.pem twin.key "$wwdr" authority root 20200101000000Z 20491231000000Z
issue pass.pem pass.key "$subject" pass wwdr 20200101000000Z 20481231000000Z
issue ec.pem ec.key "$subject" pass wwdr 20200101000000Z 20481231000000Z
issue expired.pem pass.key "$subject" pass wwdr 20200101000000Z 20210101000000Z
issue future.pem pass.key "$subject" pass wwdr 20480101000000Z 20481231000000Z
issue apples.pem pass.key "$subject" apples wwdr 20200101000000Z 20481231000000Z
issue alien.pem pass.key "$subject" alien wwdr 20200101000000Z 20481231000000Z
issue two.pem pass.key "${subject/UID=pass.com.example.countermark/UID=pass.com.example.other}" pass wwdr 20200101000000Z 20481231000000Z
issue past.pem wwdr.key "$wwdr" authority root 20130207000000Z 20230207000000Z
issue plain.pem pass.key '/CN=somebody/O=Example' plain wwdr 20200101000000Z 20481231000000Z
printf 'open sesame' >sesame
openssl pkey -in pass.key -aes256 -passout file:sesame -out locked.key
openssl pkcs12 -export -in pass.pem -inkey pass.key -passout file:sesame -out pass.p12
openssl pkcs12 -export -legacy -in pass.pem -inkey pass.key -passout file:sesame -out legacy.p12
